#version 330 core
in vec2 position;      // pixels, y down
in vec4 tint;          // straight
uniform vec2 toClip;   // 2 / width, 2 / height
out vec4 fill;

void main() {
  fill = vec4(tint.rgb * tint.a, tint.a);
  gl_Position = vec4(position.x * toClip.x - 1.0, 1.0 - position.y * toClip.y, 0.0, 1.0);
}
