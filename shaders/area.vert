#version 330 core
// Areas of one look: hatching.
in vec2 position;
uniform vec4 view;

void main() { gl_Position = vec4(position * view.xy + view.zw, 0.0, 1.0); }
