#version 330 core
// The edges of areas that no border covers: both sides' colours meet over one pixel.
in vec2 position;
in vec4 band;
in uvec2 rows;         // left, right; all ones: nothing
uniform vec4 view;
uniform vec2 reach;
uniform sampler2D colours;
out float off;
flat out vec4 leftFill, rightFill;

vec4 fillOf(uint row) {
  return row == 0xffffffffu ? vec4(0.0) : texelFetch(colours, ivec2(int(row & 1023u), int(row >> 10u)), 0);
}

void main() {
  off = band.z / 8192.0;  // pixels to the left of the edge
  leftFill = fillOf(rows.x), rightFill = fillOf(rows.y);
  gl_Position = vec4(position * view.xy + view.zw + band.xy * reach / 4096.0, 0.0, 1.0);
}
