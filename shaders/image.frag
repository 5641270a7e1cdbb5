#version 330 core
uniform sampler2D picture;  // premultiplied
in vec2 at;
out vec4 colour;

void main() { colour = texture(picture, at); }
