/**
 * Mean and mean square between two ends under Laplace, logistic and Student t priors, as expressions. The integrals of p(t), t·p(t) and t²·p(t) up to
 * a t below the centre have formulas; what lies above the centre is the mirror image. Under Laplace(0, 1) they are ½eᵗ, ½(t − 1)eᵗ and
 * ½(t² − 2t + 2)eᵗ, so that between −1 and 0 the mean is (−½ + e⁻¹)/(½ − ½e⁻¹) = −0.418.
 */
import { add, div, exp, max, min, mul, neg, type Real, sqrt, square, sub } from "../../autodiff/expr.ts";
import type { Distribution } from "../../distributions/distribution.ts";
import { withTails } from "../../distributions/known-tails.ts";
import { studentT } from "../../distributions/real/student-t.ts";

/** Integrals up to t ≤ 0 of the density times 1, t and t², each over the factor e^{unit}, which is 1 unless all of the interval lies far out. */
type Integrals = readonly [mass: Real, first: Real, second: Real];
type UpTo = (t: Real, unit: Real) => Integrals;

interface Standard {
  readonly location: Real;
  readonly scale: Real;
  readonly upTo: UpTo;
}

/** An infinite end is put here, where no density is left and t² is still a number. */
const FAR = 1e150;

const STANDARDS: Readonly<Record<string, (...parameters: Real[]) => Standard | undefined>> = {
  laplace: (location, scale) => ({ location: location!, scale: scale!, upTo: laplaceUpTo }),
  logistic: (location, scale) => ({ location: location!, scale: scale!, upTo: logisticUpTo }),
  // With two degrees of freedom or fewer the variance is not finite.
  studentT: (df, location, scale) =>
    typeof df === "number" && df > 2 ? { location: location!, scale: scale!, upTo: studentUpTo(df) } : undefined,
};

/** Means, then mean squares, between the ends of each pair; undefined for other priors. */
export function symmetricMoments(prior: Distribution, ends: readonly (readonly [Real, Real])[]): Real[] | undefined {
  const make = Object.hasOwn(STANDARDS, prior.name) ? STANDARDS[prior.name] : undefined;
  const standard = make?.(...prior.parameters.map(({ value }) => value));
  if (!standard) return undefined;
  const { location, scale, upTo } = standard;
  const moments = ends.map((pair) => {
    const [a, b] = pair.map((end) => max(-FAR, min(FAR, div(sub(end, location), scale)))) as [Real, Real];
    return between(upTo, a, b);
  });
  const means = moments.map(([mean]) => add(location, mul(scale, mean)));
  // (l + s·t)²
  const squares = moments.map(([mean, squared]) =>
    add(square(location), mul(scale, add(mul(2, mul(location, mean)), mul(scale, squared)))),
  );
  return [...means, ...squares];
}

function between(upTo: UpTo, a: Real, b: Real): readonly [mean: Real, squared: Real] {
  // The distance from the centre, below 0: of both tails only that of the interval counts.
  const unit = min(0, min(b, neg(a)));
  const part = (low: Real, high: Real): Real[] => {
    const atLow = upTo(low, unit);
    return upTo(high, unit).map((integral, k) => sub(integral, atLow[k]!));
  };
  const below = part(min(a, 0), min(b, 0));
  const above = part(neg(max(b, 0)), neg(max(a, 0)));
  const mass = add(below[0]!, above[0]!);
  return [div(sub(below[1]!, above[1]!), mass), div(add(below[2]!, above[2]!), mass)];
}

// e^{t − unit}, 1 on the side of the centre where the interval has no part.
function factor(t: Real, unit: Real): Real {
  return exp(min(0, sub(t, unit)));
}

const laplaceUpTo: UpTo = (t, unit) => {
  const half = mul(0.5, factor(t, unit));
  return [half, mul(half, sub(t, 1)), mul(half, add(mul(t, sub(t, 2)), 2))];
};

/**
 * With y = eᵗ: S = y/(1 + y), t·S − log(1 + y), and t²·S − 2t·log(1 + y) − 2·Li₂(−y). The logarithm over y is 1 − y/2 + y²/3 − …, and −Li₂(−y)/y is
 * 1 − y/4 + y²/9 − …
 */
const logisticUpTo: UpTo = (t, unit) => {
  const y = exp(t);
  const front = factor(t, unit);
  const mass = div(1, add(1, y));
  const logarithm = alternating(LOGARITHM, y);
  const first = sub(mul(t, mass), logarithm);
  const second = add(mul(t, sub(first, logarithm)), mul(2, alternating(DILOGARITHM, y)));
  return [mul(front, mass), mul(front, first), mul(front, second)];
};

/** Cohen, Rodriguez Villegas and Zagier, "Convergence acceleration of alternating series" (2000), algorithm 1: an error of 5.8⁻ⁿ. */
const TERMS = 22;
const LOGARITHM = /* @__PURE__ */ accelerated((k) => 1 / (k + 1));
const DILOGARITHM = /* @__PURE__ */ accelerated((k) => 1 / ((k + 1) * (k + 1)));

// The coefficients of y⁰, y¹, … in place of those of Σ (−1)ᵏ aₖ yᵏ.
function accelerated(coefficient: (k: number) => number): number[] {
  // ((3 + √8)ⁿ + (3 − √8)ⁿ)/2 is the n-th number of 1, 3, 17, 99, … with d(n + 1) = 6·d(n) − d(n − 1).
  let [before, d] = [1, 3];
  for (let n = 1; n < TERMS; n++) [before, d] = [d, 6 * d - before];
  let [b, c] = [-1, -d];
  return Array.from({ length: TERMS }, (_, k) => {
    c = b - c;
    b *= ((k + TERMS) * (k - TERMS)) / ((k + 0.5) * (k + 1));
    return (c / d) * coefficient(k);
  });
}

function alternating(coefficients: readonly number[], y: Real): Real {
  return coefficients.reduceRight<Real>((sum, coefficient) => add(coefficient, mul(y, sum)), 0);
}

/**
 * With n degrees of freedom the density times 1 + t²/n is that of n − 2 of them, of t·√((n − 2)/n), times (n − 1)/(n − 2); and t·p(t) is the derivative of
 * −n/(n − 1)·(1 + t²/n)·p(t).
 */
function studentUpTo(df: number): UpTo {
  const own = withTails(studentT(df));
  const wider = withTails(studentT(df - 2));
  return (t) => {
    const mass = exp(own.logCdf!(t));
    const grown = add(1, div(square(t), df));
    const heavier = exp(wider.logCdf!(mul(t, sqrt((df - 2) / df))));
    return [
      mass,
      mul(-df / (df - 1), mul(grown, exp(own.logDensity(t)))),
      mul(df, sub(mul((df - 1) / (df - 2), heavier), mass)),
    ];
  };
}
