#version 330 core
uniform vec4 pen;         // premultiplied
uniform vec2 halfWidth;   // h + ½, min(2h, 1)
in vec2 off;
out vec4 colour;

void main() { colour = pen * clamp(halfWidth.x - abs(off.x), 0.0, halfWidth.y); }
