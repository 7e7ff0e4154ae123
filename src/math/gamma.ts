/** log Γ and its first two derivatives: the normalising constants of gamma, beta, Poisson and Student t densities. */
import { log } from "./elementary.ts";
import { horner6, horner7, horner8, horner9 } from "./horner.ts";
import { sin, tan } from "./trigonometric.ts";

// The rational functions at the end of the file, with their errors, are from scripts/fixtures/special-coefficients.py.
const HALF_LOG_2PI_MINUS_HALF = 0.4189385332046727;
// t₀ + 1 = 1.4616321449683623412… is the positive zero of ψ
const ROOT_HIGH = 0.46163214496836236;
const ROOT_LOW = -1.5522348162858677e-17;
// Below this |x| one term of the Laurent series at 0 is exact to the last bit, and π·x would soon be subnormal.
const TINY = 1e-20;

/**
 * log |Γ(x)|.
 *
 * Domain: all reals; +Infinity at the poles 0, −1, −2, … and at ±Infinity (and above x ≈ 2.55e305, by overflow); NaN
 * gives NaN. Relative error below 2e-15 for x > −2, the zeros 1 and 2 included; for x < −2, where |Γ| crosses 1 twice
 * between poles, error below 2e-14·max(1, |result|).
 * Using: a rational function over the zeros, Stirling's formula with a rational remainder above 2.5, reflection below 0.
 */
export function lgamma(x: number): number {
  if (x >= 2.5) return stirling(x);
  if (x >= 0.8) return (x - 1) * (x - 2) * nearZeros(x - 1);
  if (x > 0) return logGamma1p(x) - log(x);
  if (x > -TINY) return -log(-x);
  const r = x - Math.round(x);
  if (r === 0 || x === -Infinity) return Infinity;
  const sine = Math.abs(sin(Math.PI * r));
  if (x <= -1) return log(Math.PI / (-x * sine)) - lgamma(-x);
  return log(Math.PI / sine) - logGamma1p(-x);
}

/**
 * log k!
 *
 * Domain: whole numbers k ≥ 0. The bits of lgamma(k + 1), with less code: for densities of counts.
 */
export function logFactorial(k: number): number {
  return k < 2 ? 0 : stirling(k + 1);
}

/**
 * Digamma function ψ(x), the derivative of log |Γ(x)|.
 *
 * Domain: all reals; NaN at the poles 0, −1, −2, … and at −Infinity; +Infinity at +Infinity; NaN gives NaN. Relative
 * error below 2e-15 for x > 0, the zero 1.4616… included; for x < 0, where ψ has a zero between any two poles, error
 * below 2e-14·max(1, |result|).
 * Using: a rational function over the zero, the asymptotic series with a rational remainder above 2, reflection below 0.
 */
export function digamma(x: number): number {
  if (x >= 2) {
    const z = 1 / x;
    return log(x) - z * (0.5 + z * digammaTail(z * z));
  }
  if (x >= 1) return digamma1p(x - 1);
  if (Math.abs(x) < TINY) return x === 0 ? NaN : -1 / x;
  if (x > 0) return digamma1p(x) - 1 / x;
  const r = x - Math.round(x);
  if (r === 0) return NaN;
  const reflected = x <= -1 ? digamma(1 - x) : digamma1p(-x);
  return reflected - Math.PI / tan(Math.PI * r);
}

/**
 * Trigamma function ψ′(x), the second derivative of log |Γ(x)|.
 *
 * Domain: all reals; positive; +Infinity at the poles 0, −1, −2, … (and for |x| < 7.5e-155, by overflow); 0 at
 * +Infinity, NaN at −Infinity; NaN gives NaN. Relative error below 2e-15.
 * Using: the asymptotic series with a rational remainder above 2, two steps of the recurrence below, reflection below 0.
 */
export function trigamma(x: number): number {
  if (x >= 2) {
    const z = 1 / x;
    const w = z * z;
    return z + w * (0.5 + z * trigammaTail(w));
  }
  if (x >= 1) return 1 / (x * x) + trigamma(x + 1);
  if (Math.abs(x) < TINY) return 1 / x / x;
  if (x > 0) return 1 / (x * x) + 1 / ((x + 1) * (x + 1)) + trigamma(x + 2);
  const r = x - Math.round(x);
  if (!(Math.abs(r) > 0)) return r === 0 ? Infinity : NaN;
  const cosecant = Math.PI / sin(Math.PI * r);
  return cosecant * cosecant - trigamma(1 - x);
}

/** log Γ(x), x ≥ 2.5. */
function stirling(x: number): number {
  const z = 1 / x;
  // (x − ½)(log x − 1), not (x − ½) log x − x, which overflows earlier
  return (x - 0.5) * (log(x) - 1) + (HALF_LOG_2PI_MINUS_HALF + z * lgammaTail(z * z));
}

/** log Γ(x) − (x − ½) log x + x − ½ log 2π, which Stirling's formula leaves out: ≈ 1/(12x), for x ≥ 2.5. */
export function stirlingRest(x: number): number {
  const z = 1 / x;
  return z * lgammaTail(z * z);
}

/** log Γ(1+t), −0.2 ≤ t ≤ 1.5. */
export function logGamma1p(t: number): number {
  return t * (t - 1) * nearZeros(t);
}

/** ψ(1+t), 0 ≤ t ≤ 1; t − t₀ in two parts keeps the relative accuracy at the zero. */
function digamma1p(t: number): number {
  return (t - ROOT_HIGH - ROOT_LOW) * nearRoot(t);
}

/** log Γ(1+t) / (t (t−1)), −0.2 ≤ t ≤ 1.5; relative error 7e-17. */
function nearZeros(t: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner9(t, 0.5772156649015329, 1.9117412645308978, 2.5048517407315876, 1.6527566838815724,
      0.5785788827910089, 0.10378336426508417, 0.00840239749811426, 0.0002226531922147814, 4.1796289953713917e-7) /
    horner9(t, 1, 3.7368920564923322, 5.658015823774757, 4.4605481685499315, 1.9596420371599383,
      0.4767683084121561, 0.06004654753749329, 0.0033411797087101046, 5.557319049518457e-5)
  );
}

/** x (log Γ(x) − (x−½)(log x − 1) − (log 2π − 1)/2) in w = 1/x², x ≥ 2.5; relative error 2e-16. */
function lgammaTail(w: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner6(w, 0.08333333333333333, 1.0662103390657467, 3.9363015428758397, 4.820336193273553,
      1.6632383468173904, 0.07885694964103492) /
    horner6(w, 1, 12.827857402122133, 47.653689951766616, 59.31746343290416, 21.563791108294918,
      1.333956495204836)
  );
}

/** ψ(1+t) / (t − t₀), 0 ≤ t ≤ 1; relative error 3e-17. */
function nearRoot(t: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner7(t, 1.2503801375034054, 1.7395236015248232, 0.8009632637053631, 0.14385775347704502,
      0.008578049712380615, 4.8862711602068775e-5, -5.255928232683594e-7) /
    horner6(t, 1, 2.074742619717552, 1.4569679082420655, 0.4338530757240686, 0.053737122083413066,
      0.0021092941228867614)
  );
}

/** x² (log x − 1/(2x) − ψ(x)) in w = 1/x², x ≥ 2; relative error 8e-16. */
function digammaTail(w: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner7(w, 0.08333333333333326, 1.5265157742540305, 8.969259070834523, 20.642815157528158, 18.13651062018094,
      4.901719948390706, 0.18481481999537988) /
    horner7(w, 1, 18.41818929104715, 109.42530873180065, 257.82925609892726, 239.04032633733323,
      74.49701089788213, 4.892433295049078)
  );
}

/** x³ (ψ′(x) − 1/x − 1/(2x²)) in w = 1/x², x ≥ 2; relative error 1e-15. */
function trigammaTail(w: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner8(w, 0.16666666666666646, 3.9273375736781397, 30.807868897014497, 99.5934481439137, 132.56310033178494,
      61.9661806449343, 5.701461701436005, -0.12850857379378636) /
    horner7(w, 1, 23.76402544206692, 189.45716132819842, 632.2572602828412, 899.063009809491, 489.8952715689689,
      73.18299347713595)
  );
}
