#version 330 core
in vec2 position;      // whole pixels, y down
in vec2 texel;
in vec4 tint, rim;     // fill and halo, straight
uniform vec2 toClip;
out vec2 at;
flat out vec4 fill, halo;

void main() {
  at = texel;
  fill = vec4(tint.rgb * tint.a, tint.a), halo = vec4(rim.rgb * rim.a, rim.a);
  gl_Position = vec4(position.x * toClip.x - 1.0, 1.0 - position.y * toClip.y, 0.0, 1.0);
}
