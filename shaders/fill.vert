#version 330 core
// Areas: position → clip, row → colour. Colours are premultiplied.
in vec2 position;
in uint row;
uniform vec4 view;  // clip = position * view.xy + view.zw
uniform sampler2D colours;
flat out vec4 fill;

void main() {
  fill = texelFetch(colours, ivec2(int(row & 1023u), int(row >> 10u)), 0);
  gl_Position = fill.a > 0.0 ? vec4(position * view.xy + view.zw, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
