#version 330 core
in vec2 off;           // in radii
in vec4 fill;
in float halfWidth;
out vec4 colour;

void main() {
  float rest = max(0.0, 1.0 - dot(off, off));
  colour = fill * (rest * rest);
}
