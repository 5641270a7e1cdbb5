#version 330 core
// Coverage of the fill and of the halo below it, one texel to a pixel.
uniform sampler2D atlas;
in vec2 at;
flat in vec4 fill, halo;
out vec4 colour;

void main() {
  vec2 k = texelFetch(atlas, ivec2(at), 0).rg;
  colour = fill * k.r + halo * (k.g * (1.0 - fill.a * k.r));
}
