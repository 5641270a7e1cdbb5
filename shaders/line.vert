#version 330 core
// Lines of the map: the width is added here, so that a zoom needs no new vertices.
in vec2 position;
in vec4 band;          // offset, distance from the middle; both in reaches
uniform vec4 view;
uniform vec2 reach;    // half width + ½ pixel, in clip units
uniform float pixels;  // the same in pixels
out vec2 off;

void main() {
  off = band.zw * (pixels / 4096.0);
  gl_Position = vec4(position * view.xy + view.zw + band.xy * reach / 4096.0, 0.0, 1.0);
}
