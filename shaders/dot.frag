#version 330 core
uniform float size, radius;
uniform vec4 edge;        // premultiplied
uniform float halfEdge;   // 0: none
flat in vec4 fill;
out vec4 colour;

void main() {
  float d = length((gl_PointCoord - 0.5) * size);
  float disc = clamp(min(radius + 0.5 - d, 2.0 * radius), 0.0, 1.0);
  float ring = clamp(min(halfEdge + 0.5 - abs(d - radius), 2.0 * halfEdge), 0.0, 1.0);
  colour = edge * ring + fill * (disc * (1.0 - edge.a * ring));
}
