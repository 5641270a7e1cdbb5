#version 330 core
in vec4 fill;
out vec4 colour;

void main() { colour = fill; }
