/** Tails of gamma, beta and Student t distributions as expressions, for shapes that are traced: see `traced-tails.ts`. */
import {
  add,
  div,
  exp,
  expm1,
  log,
  log1p,
  max,
  mul,
  neg,
  type Real,
  sigmoid,
  softplus,
  sqrt,
  square,
  sub,
} from "../autodiff/expr.ts";
import { logGamma } from "./distribution.ts";
import { LEAST } from "./tails.ts";
import { DEPTH, fallIntegral, rangeIntegral } from "./traced-tails.ts";

const HALF_LOG_PI = 0.5723649429247001; // ½ log π

/**
 * log P(a, y) for y ≤ a, of the regularised incomplete gamma function. With one more in the shape no factor is left that decays slowly:
 * P(a, y) = yᵃe^{−y}/Γ(a + 1) + P(a + 1, y). Relative error of P below 1e-11 for a from 1e-3 to 1e4, tested.
 */
export function logGammaBelow(a: Real, y: Real): Real {
  const [x, shape] = [max(y, LEAST), add(a, 1)];
  const integral = fallIntegral({
    at: (s) => neg(add(mul(shape, s), mul(x, expm1(neg(s))))),
    slope: (s) => sub(shape, mul(x, exp(neg(s)))),
    start: max(sub(shape, x), 0),
    bend: x,
  });
  return add(sub(sub(mul(a, log(x)), x), logGamma(shape)), log1p(mul(x, integral)));
}

/** log(1 − P(a, y)) for y ≥ a. The same errors. */
export function logGammaAbove(a: Real, y: Real): Real {
  const x = max(y, LEAST);
  // x(eˢ − 1) = 37 + a·s: from any s above its root the right side leads to one between.
  const end = (s: Real): Real => log1p(div(add(DEPTH, mul(a, s)), x));
  const integral = fallIntegral({
    at: (s) => sub(mul(a, s), mul(x, expm1(s))),
    slope: (s) => sub(mul(x, exp(s)), a),
    start: max(sub(x, a), 0),
    bend: x,
    end: (parabola) => end(end(parabola)),
  });
  return add(sub(sub(mul(a, log(x)), x), logGamma(a)), log(integral));
}

/**
 * log Iₓ(a, b) for x ≤ a/(a + b), of the regularised incomplete beta function: xᵃ(1 − x)ᵇ/(a·B(a, b)) and I of the shapes a + 1 and b. `rest` is
 * 1 − x. Relative error below 1e-10 for shapes from 0.01 to 1e3, tested.
 */
export function logBetaBelow(a: Real, b: Real, x: Real, rest: Real): Real {
  const [share, other] = [max(x, LEAST), max(rest, LEAST)];
  const [logShare, logOther] = [log(share), log(other)];
  const odds = sub(logShare, logOther); // their log, v; the density of v has the log (a + 1)·v − (a + 1 + b)·softplus(v)
  const [shape, both] = [add(a, 1), add(add(a, b), 1)];
  const integral = fallIntegral({
    at: (s) => neg(add(mul(shape, s), mul(both, add(softplus(sub(odds, s)), logOther)))),
    slope: (s) => sub(shape, mul(both, sigmoid(sub(odds, s)))),
    start: max(sub(shape, mul(both, share)), 0),
    bend: mul(both, mul(share, other)),
  });
  const logBeta = sub(add(logGamma(a), logGamma(b)), logGamma(add(a, b)));
  const front = sub(sub(add(mul(a, logShare), mul(b, logOther)), logBeta), log(a));
  return add(front, log1p(mul(mul(share, add(a, b)), integral)));
}

/**
 * log P(T > t) for t ≥ 0 of Student's t with n = df degrees of freedom. With t = √n·sinh v the density is C·coshⁿ⁻¹… of v, and integrating by parts once leaves
 * ∫cosh⁻ⁿ⁻², which falls faster. Relative error below 1e-11 for df from 0.01 to 1e4, tested.
 */
export function logStudentAbove(df: Real, t: Real): Real {
  const { u, c, logC } = hyperbolic(df, t);
  const falls = add(df, 2);
  // cosh(v + s)/cosh v = eˢ(p + q e^{−2s}) with q = ½(1 − tanh v), which is written without a difference.
  const q = div(0.5, mul(c, add(c, u)));
  const p = sub(1, q);
  const rest = (s: Real): Real => mul(q, exp(mul(-2, s)));
  const integral = fallIntegral({
    at: (s) => neg(mul(falls, add(s, log(add(p, rest(s)))))),
    slope: (s) => mul(falls, div(sub(p, rest(s)), add(p, rest(s)))),
    start: mul(falls, div(u, c)),
    bend: div(falls, square(c)),
  });
  const more = add(df, 1);
  const parts = div(add(div(mul(more, integral), c), u), df);
  return add(sub(logConstant(df), mul(more, logC)), log(parts));
}

/** log P(|T| ≤ t) for 0 ≤ t ≤ 1. The same errors. */
export function logStudentWithin(df: Real, t: Real): Real {
  const { u, c } = hyperbolic(df, max(t, LEAST));
  const length = log1p(add(u, div(square(u), add(1, c)))); // v
  const logCosh = (s: Real): Real => add(s, log1p(mul(0.5, expm1(mul(-2, s)))));
  const integral = rangeIntegral((s) => neg(mul(df, logCosh(s))), length);
  return add(add(logConstant(df), Math.LN2), log(integral));
}

/** sinh v, cosh v and its log where t = √df·sinh v. */
function hyperbolic(df: Real, t: Real): { readonly u: Real; readonly c: Real; readonly logC: Real } {
  const u = div(t, sqrt(df));
  const rise = square(u);
  return { u, c: sqrt(add(1, rise)), logC: mul(0.5, log1p(rise)) };
}

/** log of Γ(½(df + 1))/(√π·Γ(½ df)) */
function logConstant(df: Real): Real {
  const gammas = sub(logGamma(mul(0.5, add(df, 1))), logGamma(mul(0.5, df)));
  return sub(gammas, HALF_LOG_PI);
}
