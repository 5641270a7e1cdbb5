// Numbers of some 32 digits: the unevaluated sum of two doubles. For sums whose differences matter.
// Source: Dekker 1971; Hida, Li, Bailey 2001. Needs strict IEEE doubles (no -ffast-math, no fused
// contraction).
#pragma once

#include <cmath>

namespace geo::detail {

struct DoubleDouble {
  double hi = 0, lo = 0;
  DoubleDouble() = default;
  DoubleDouble(double h) : hi(h) {}
  DoubleDouble(double h, double l) : hi(h), lo(l) {}
  explicit operator double() const { return hi + lo; }
};

inline DoubleDouble quickTwoSum(double a, double b) {
  const double s = a + b;
  return {s, b - (s - a)};
}
inline DoubleDouble twoSum(double a, double b) {
  const double s = a + b, t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}
inline DoubleDouble twoProduct(double a, double b) {
  constexpr double splitter = 134217729;  // 2^27 + 1
  const double p = a * b;
  const double ta = splitter * a, ah = ta - (ta - a), al = a - ah;
  const double tb = splitter * b, bh = tb - (tb - b), bl = b - bh;
  return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}
inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble s = twoSum(a.hi, b.hi), t = twoSum(a.lo, b.lo);
  const DoubleDouble u = quickTwoSum(s.hi, s.lo + t.hi);
  return quickTwoSum(u.hi, u.lo + t.lo);
}
inline DoubleDouble operator-(DoubleDouble a) { return {-a.hi, -a.lo}; }
inline DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + -b; }
inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  DoubleDouble p = twoProduct(a.hi, b.hi);
  p.lo += a.hi * b.lo + a.lo * b.hi;
  return quickTwoSum(p.hi, p.lo);
}
inline DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
  const double q = a.hi / b.hi;
  const DoubleDouble r = a - b * q;
  const double q2 = r.hi / b.hi;
  const DoubleDouble r2 = r - b * q2;
  return quickTwoSum(q, q2) + DoubleDouble(r2.hi / b.hi);
}
inline bool operator<(DoubleDouble a, DoubleDouble b) { return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo); }
inline bool operator>(DoubleDouble a, DoubleDouble b) { return b < a; }

}  // namespace geo::detail
