/**
 * The elementary functions are here in WebAssembly SIMD. They are those of `src/math` line by line, whose comments hold here too; a branch there is a
 * selection here, or one branch for both lanes. The bits are the same.
 */
import { exp, expm1, log } from "../../../math/elementary.ts";
import { sigmoid, softplus } from "../../../math/logistic.ts";
import { pow } from "../../../math/power.ts";
import { cos, sin, tan } from "../../../math/trigonometric.ts";
import { Constants, type FunctionSpec, type ImportSpec } from "./encoder.ts";
import { formula } from "./formula.ts";

// 2^k·eʳ, or 2^k·(eʳ − 2^−k), is 2^k·`fraction`: y + more = k log 2 + r, r = high − low; k in the low bits of `shifted`.
const exponential = (one: string, rest: string, more = ""): string => `
  shifted = y * ${Math.LOG2E} + 6755399441055744
  d = shifted - 6755399441055744
  high = y - d * 6.9314718036912382e-1
  low = d * 1.90821492927058770002e-10${more}
  r = high - low
  w = r * r
  v = w * w
  even = polynomial(w, 0.04166666666666667, 0.0013888888888883748) + v * (polynomial(w, 2.4801587325547743e-5, 2.75572736431103e-7) + v * 2.0914686968086876e-9)
  odd = polynomial(w, 0.1666666666666667, 0.008333333333326136) + v * (polynomial(w, 0.00019841269874820627, 2.7557255400206422e-6) + v * 2.5105217004720745e-8)
  series = v * even + w * r * odd
  ${one}
  sum = one + high
  rest = ${rest}
  fraction = sum + rest`;
const eToY = (more = ""): string => exponential("one = 1", "1 - sum + high - low + 0.5 * w + series", more);
// eʸ − 1 for |y| < 710, with `inverse` = 2^−k.
const LESS_1 = exponential(
  `inverse = shl(i64_sub(low32(1023), shifted), 52)
  one = 1 - inverse`,
  "one - sum + high + (0.5 * w + (series - (low - r * (high - r - low) + bitselect(one + inverse - 1, one - 1 + inverse, lt(d, 0)))))",
);

// `result`, a normal number, and what its rounding lost.
const SCALED = `
  power = i64_add(shl(shifted, 52), high32(0x3ff00000))
  result = fraction * power
  lost = (rest - (fraction - sum)) * power`;

// logarithmRest(k, f, c) as `rest`.
const logarithm = (more: string): string => `
  square = 0.5 * f * f
  s = f / (2 + f)
  z = s * s
  w = z * z
  even = w * polynomial(w, 3.999999999940941908e-1, 2.222219843214978396e-1, 1.531383769920937332e-1)
  odd = z * polynomial(w, 6.66666666666673513e-1, 2.857142874366239149e-1, 1.818357216161805012e-1, 1.479819860511658591e-1)
  rest = s * (square + (odd + even)) + (k * 1.90821492927058770002e-10${more}) - square`;

// The exponent k of x, put as an integer into the low part of 2⁵² to become a double, and f = x/2^k − 1: the exponent is taken
// off by integer arithmetic.
const exponent = (x: string): string => `
  biased = shr(i64_add(${x}, high32(0x95f62)), 52)
  k = or(biased, high32(0x43300000)) - 4503599627371519
  f = i64_sub(${x}, shl(i64_sub(biased, low32(1023)), 52)) - 1`;

// `result` where `usual`, the values of a logarithm at its pole and beyond.
const edges = (pole: string): string =>
  `bitselect(result, bitselect(-Infinity, bitselect(x, NaN, gt(x, ${pole})), eq(x, ${pole})), usual)`;

// quotient(x, xRest, y, yRest) as `value`.
const quotient = (x: string, xRest: string, y: string, yRest: string): string => `
  reciprocal = 1 / ${y}
  high = fround(${x} * reciprocal)
  yHigh = fround(${y})
  value = high + (${x} - high * yHigh - high * (${y} - yHigh + ${yRest}) + ${xRest}) * reciprocal`;

// quarters(x): x, or x + ½ π for the cosine, as n·π/2 + r + rest, n in the low bits of `quadrant`; `near` unless it is left to the function itself.
const reduced = (quadrant: string): string => `
  shifted = x * 0.6366197723675814 + 6755399441055744
  n = shifted - 6755399441055744
  first = x - n * 1.57079632673412561417
  second = n * 6.07710050630396597660e-11
  r = first - second
  near = and(lt(abs(x), 1e6), or(ge(abs(r), 9.313225746154785e-10), eq(n, 0)))
  back = r - first
  lost = n * 2.02226624879595063154e-21 - (first - (r - back) - (second + back))
  high = r - lost
  rest = r - high - lost
  r = high
  quadrant = ${quadrant}
  odd = sar(shl(quadrant, 63), 63)`;

// sineShortfall(r, rest), and cosineRest(r, rest, most) as `beyond`.
const WAVES = `
  z = r * r
  w = z * z
  v = z * r
  terms = 8.33333333332248946124e-3 + z * (-1.98412698298579493134e-4 + z * 2.75573137070700676789e-6) + z * w * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)
  shortfall = z * (0.5 * rest - v * terms) - rest + v * 1.66666666666666324348e-1
  most = 1 - 0.5 * z
  terms = z * (4.16666666666666019037e-2 + z * (-1.38888888888741095749e-3 + z * 2.48015872894767294178e-5)) + w * w * (-2.75573143513906633035e-7 + z * (2.08757232129817482790e-9 + z * -1.13596475577881948265e-11))
  half = fround(r)
  lost = half * half - z + (r - half) * (r + half)
  beyond = 1 - most - 0.5 * z + (z * terms - (r * rest + 0.5 * lost))`;

const SINE = `
  value = bitselect(most + beyond, r - shortfall, odd)
  value = xor(value, shl(and(quadrant, low32(2)), 62))`;

export type FunctionName =
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sigmoid"
  | "softplus"
  | "tanh"
  | "sin"
  | "cos"
  | "tan"
  | "pow";

// `usual`: where the code for pairs holds; `settled`: or where the value is 0, infinite or NaN, which is put in its place.
const TEXTS: { readonly [K in FunctionName]: string } = {
  exp: `
  y = x
  ${eToY()}
  result = i64_add(fraction, shl(shifted, 52))
  usual = lt(abs(x), 708)
  settled = or(usual, not(and(gt(x, -746), lt(x, 710))))
  within(usual, result, within(settled, bitselect(result, bitselect(Infinity, and(x, not(lt(x, 0))), gt(x, 0)), usual), lanes(expOf, x)))`,
  expm1: `
  y = pmax(x, -40)
  ${LESS_1}
  ${SCALED}
  result = bitselect(x, result, eq(x, 0))
  within(lt(x, 708), result, lanes(expm1Of, x))`,
  log: `
  ${exponent("x")}
  ${logarithm("")}
  result = rest + f + k * 6.9314718036912382e-1
  normal = ge(x, 2.2250738585072014e-308)
  usual = and(normal, lt(x, Infinity))
  within(usual, result, within(or(normal, not(gt(x, 0))), ${edges("0")}, lanes(logOf, x)))`,
  log1p: `
  u = 1 + x
  ${exponent("u")}
  near = eq(k, 0)
  c = andnot(bitselect(x - (u - 1), 1 - (u - x), lt(x, 1)) / u, near)
  f = bitselect(x, f, near)
  ${logarithm(" + c")}
  result = bitselect(x, rest + f + k * 6.9314718036912382e-1, eq(u, 1))
  usual = and(gt(x, -1), lt(x, Infinity))
  within(usual, result, ${edges("-1")})`,
  sigmoid: `
  y = pmax(neg(abs(x)), -708)
  ${eToY()}
  ${SCALED}
  sum = 1 + result
  negative = lt(x, 0)
  numerator = bitselect(result, 1, negative)
  ${quotient("numerator", "and(lost, negative)", "sum", "(result - (sum - 1) + lost)")}
  within(gt(x, -708), value, lanes(sigmoidOf, x))`,
  softplus: `
  y = pmax(neg(abs(x)), -708)
  ${eToY()}
  ${SCALED}
  sum = 1 + result
  near = lt(result, 0.4142)
  c = (andnot(result - (sum - 1), near) + lost) / sum
  f = bitselect(result, 0.5 * sum - 1, near)
  k = andnot(1, near)
  ${logarithm(" + c")}
  y = and(x, gt(x, 0))
  value = bitselect(y, f + 6.9314718036912382e-1, near) + (bitselect(f, y, near) + rest)
  within(gt(x, -708), value, lanes(softplusOf, x))`,
  tanh: `
  y = pmax(-2 * abs(x), -40)
  ${LESS_1}
  ${SCALED}
  sum = 2 + result
  ${quotient("result", "lost", "sum", "(result - (sum - 2) + lost)")}
  bitselect(x, xor(neg(value), and(x, high32(0x80000000))), eq(x, 0))`,
  sin: `
  ${reduced("shifted")}
  ${WAVES}
  ${SINE}
  within(near, value, lanes(sinOf, x))`,
  cos: `
  ${reduced("i64_add(shifted, low32(1))")}
  ${WAVES}
  ${SINE}
  within(near, value, lanes(cosOf, x))`,
  tan: `
  ${reduced("shifted")}
  ${WAVES}
  s = r - shortfall
  c = most + beyond
  sRest = r - s - shortfall
  cRest = most - c + beyond
  x0 = bitselect(neg(c), s, odd)
  xRest = bitselect(neg(cRest), sRest, odd)
  y0 = bitselect(s, c, odd)
  yRest = bitselect(sRest, cRest, odd)
  q = x0 / y0
  qHigh = fround(q)
  yHigh = fround(y0)
  qLow = q - qHigh
  yLow = y0 - yHigh
  remainder = qHigh * yHigh - x0 + qHigh * yLow + qLow * yHigh + qLow * yLow - xRest + q * yRest
  value = q - remainder / y0
  within(near, value, lanes(tanOf, x))`,
  pow: `
  size = abs(x)
  defined = or(gt(x, 0), eq(floor(y), y))
  usual = and(and(and(ge(size, 2.2250738585072014e-308), lt(size, Infinity)), lt(abs(y), Infinity)), defined)
  sign = and(and(x, high32(0x80000000)), ne(2 * floor(y / 2), y))
  biased = shr(i64_add(size, high32(0x44986)), 52)
  k = or(biased, high32(0x43300000)) - 4503599627371519
  m = i64_sub(size, shl(i64_sub(biased, low32(1023)), 52))
  outer = gt(m, 1.224744871391589)
  centre = bitselect(1.5, 1, outer)
  difference = m - centre
  sum = m + centre
  reciprocal = 1 / sum
  s = difference * reciprocal
  sHigh = fround(s)
  sumHigh = fround(sum)
  sLow = reciprocal * (difference - sHigh * sumHigh - sHigh * (m - (sumHigh - centre)))
  z = s * s
  square = sHigh * sHigh
  series = polynomial(z, 0.5999999999999999, 0.4285714285721364, 0.33333333252513364, 0.27272760997152423, 0.23070570064387516, 0.20549979212420502)
  more = z * z * series + sLow * (sHigh + s)
  factor = fround(3 + square + more)
  product = sHigh * factor
  productRest = sLow * factor + (more - (factor - 3 - square)) * s
  high = fround(product + productRest)
  low = productRest - (high - product)
  main = 0.6666666865348816 * high
  logCentre = and(0.40546509623527527, outer)
  logCentreRest = and(1.1872889113423326e-8, outer)
  turns = k * 6.9314718036912382e-1
  rest = -1.9868214925130207e-8 * high + low * 0.6666666666666666 + logCentreRest + k * 1.90821492927058770002e-10
  log = fround(turns + (logCentre + (main + rest)))
  logRest = rest - (log - turns - logCentre - main)
  exponent = pmax(pmin(y, 18446744073709552000), -18446744073709552000)
  exponentHigh = fround(exponent)
  whole = exponentHigh * log
  part = (exponent - exponentHigh) * log + exponent * logRest
  power = y
  y = whole
  ${eToY(" - part")}
  result = xor(i64_add(fraction, shl(shifted, 52)), sign)
  within(and(usual, lt(abs(whole), 708)), result, lanes(powOf, x, power))`,
};

/** What `lanes` calls: the functions themselves, for arguments that the code for pairs leaves out. */
export const SCALAR: Readonly<Record<string, (x: number, y: number) => number>> = {
  expOf: exp,
  expm1Of: expm1,
  logOf: log,
  sigmoidOf: sigmoid,
  softplusOf: softplus,
  sinOf: sin,
  cosOf: cos,
  tanOf: tan,
  powOf: pow,
};
/** The functions that a module imports, before those of its own. */
export const IMPORTS: readonly ImportSpec[] = Object.keys(SCALAR).map((name) => ({
  name,
  arity: name === "powOf" ? 2 : 1,
}));

const NAMES = Object.keys(TEXTS) as FunctionName[];

/** The number of each function in `call`. */
export const FUNCTION_INDEX: { readonly [K in FunctionName]: number } = Object.fromEntries(
  NAMES.map((name, index) => [name, IMPORTS.length + index]),
) as { [K in FunctionName]: number };

const INDICES: Readonly<Record<string, number>> = {
  ...FUNCTION_INDEX,
  ...Object.fromEntries(IMPORTS.map(({ name }, index) => [name, index])),
};

/** The constants in `ELEMENTARY`. */
export const CONSTANTS: Constants = /* @__PURE__ */ new Constants();
/** The functions from one v128, `pow` from two, to one: the first ones of a module. */
export const ELEMENTARY: readonly FunctionSpec[] = /* @__PURE__ */ NAMES.map((name) =>
  formula(name === "pow" ? ["x", "y"] : ["x"], TEXTS[name], INDICES, CONSTANTS),
);
