#version 330 core
in float off;
flat in vec4 leftFill, rightFill;
out vec4 colour;

void main() {
  if (abs(off) >= 0.5) discard;
  colour = mix(rightFill, leftFill, off + 0.5);
}
