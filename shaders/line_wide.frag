#version 330 core
uniform vec4 pen;
uniform vec2 halfWidth;
in vec2 off;
out vec4 colour;

void main() { colour = pen * clamp(halfWidth.x - length(off), 0.0, halfWidth.y); }
