#version 330 core
uniform vec4 pen;
uniform vec2 halfWidth;
uniform float least;      // coverage below which nothing is drawn
in vec2 off;
out vec4 colour;

void main() {
  float k = clamp(halfWidth.x - length(off), 0.0, halfWidth.y);
  if (k < least) discard;
  colour = pen * k;
}
