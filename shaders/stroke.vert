#version 330 core
in vec2 position;
in vec3 band;          // from the middle, half width; pixels
in vec4 tint;
uniform vec2 toClip;
out vec2 off;
out vec4 fill;
out float halfWidth;

void main() {
  off = band.xy, halfWidth = band.z;
  fill = vec4(tint.rgb * tint.a, tint.a);
  gl_Position = vec4(position.x * toClip.x - 1.0, 1.0 - position.y * toClip.y, 0.0, 1.0);
}
