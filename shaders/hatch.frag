#version 330 core
// Stripes at 45°: lines where x + y is a whole multiple of the period. Anti-aliased across.
uniform vec4 line, ground;      // premultiplied
uniform vec3 stripes;           // period along x + y, half the line's width in pixels, phase
uniform float height;           // of the framebuffer: y runs down
out vec4 colour;

void main() {
  float along = gl_FragCoord.x + (height - gl_FragCoord.y) - stripes.z;
  float off = abs(along - stripes.x * round(along / stripes.x)) * 0.70710678;
  float k = clamp(min(stripes.y + 0.5 - off, 2.0 * stripes.y), 0.0, 1.0);
  colour = line * k + ground * (1.0 - line.a * k);
}
