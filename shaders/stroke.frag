#version 330 core
in vec2 off;
in vec4 fill;
in float halfWidth;
out vec4 colour;

void main() {
  colour = fill * clamp(min(halfWidth + 0.5 - length(off), 2.0 * halfWidth), 0.0, 1.0);
}
