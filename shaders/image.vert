#version 330 core
in vec2 position;      // pixels, y down
in vec2 texel;         // 0 … 1
uniform vec2 toClip;
out vec2 at;

void main() {
  at = texel;
  gl_Position = vec4(position.x * toClip.x - 1.0, 1.0 - position.y * toClip.y, 0.0, 1.0);
}
