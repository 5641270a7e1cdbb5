#version 330 core
uniform sampler2D picture;
uniform mat3 rows;     // linear light as other eyes have it
uniform float ground;  // light on the screen where it should be black
out vec4 colour;

vec3 linear(vec3 s) { return mix(s / 12.92, pow((s + 0.055) / 1.055, vec3(2.4)), greaterThan(s, vec3(0.04045))); }
vec3 encoded(vec3 l) {
  return mix(l * 12.92, 1.055 * pow(l, vec3(1.0 / 2.4)) - 0.055, greaterThan(l, vec3(0.0031308)));
}

void main() {
  vec3 light = clamp(rows * linear(texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb), 0.0, 1.0);
  colour = vec4(encoded(ground + (1.0 - ground) * light), 1.0);
}
