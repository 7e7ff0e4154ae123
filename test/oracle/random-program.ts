/**
 * Random programs with affine conditions, and their exact ELBO gradients by quadrature.
 *
 * A program is a plain description, interpreted twice: by `interpret` with the library's expressions, and by
 * `plainLogJoint` with plain arithmetic that shares no code with it.
 */
import fc from "fast-check";
import {
  add,
  and,
  exp,
  ge,
  gt,
  le,
  lt,
  mul,
  not,
  or,
  type Real,
  sin,
  square,
  type Truth,
} from "../../src/autodiff/expr.ts";
import { normal } from "../../src/distributions/index.ts";
import type { Program } from "../../src/program/model.ts";
import { denseGuide, type GuidePoint } from "./full-rank.ts";

/** constant + Σ coefficients·z (+ a switch on an earlier condition) > 0, written in one of four ways. */
export interface ConditionSpec {
  readonly coefficients: readonly number[];
  readonly constant: number;
  readonly form: "gt" | "lt" | "ge" | "le";
  /** Multiplies both sides; negative ones turn the comparison round. */
  readonly scale: number;
  /** Adds `yes` or `no` by the truth of an earlier condition. */
  readonly shift?: { readonly condition: number; readonly yes: number; readonly no: number };
}
export type TestSpec =
  | { readonly kind: "condition"; readonly index: number }
  | { readonly kind: "not"; readonly of: TestSpec }
  | { readonly kind: "and" | "or"; readonly left: TestSpec; readonly right: TestSpec };
export type ArmSpec =
  | { readonly kind: "affine"; readonly constant: number; readonly latent: number; readonly slope: number }
  | { readonly kind: "square" | "exp" | "sin"; readonly latent: number; readonly scale: number }
  | { readonly kind: "if"; readonly test: TestSpec; readonly yes: ArmSpec; readonly no: ArmSpec };
export interface ObservationSpec {
  readonly mean: ArmSpec;
  readonly sd: { readonly test: TestSpec; readonly yes: number; readonly no: number };
  readonly value: number;
  /** Only where this holds, in an arm of a branch. */
  readonly inside?: TestSpec;
}
export interface ProgramSpec {
  readonly latents: number;
  readonly priorSd: readonly number[];
  readonly conditions: readonly ConditionSpec[];
  readonly observations: readonly ObservationSpec[];
}
const inRange = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const away = (min: number, max: number): fc.Arbitrary<number> =>
  fc.tuple(inRange(min, max), fc.boolean()).map(([x, negative]) => (negative ? -x : x));

function conditionArbitrary(latents: number): fc.Arbitrary<ConditionSpec> {
  return fc
    .record({
      used: fc.subarray([...Array(latents).keys()], { minLength: 1 }),
      slopes: fc.array(away(0.5, 2), { minLength: latents, maxLength: latents }),
      constant: inRange(-1, 1),
      form: fc.constantFrom("gt" as const, "lt" as const, "ge" as const, "le" as const),
      scale: away(0.5, 2),
    })
    .map(({ used, slopes, ...rest }) => ({
      ...rest,
      coefficients: slopes.map((slope, i) => (used.includes(i) ? slope : 0)),
    }));
}

function testArbitrary(conditions: number): fc.Arbitrary<TestSpec> {
  const atom = fc.nat(conditions - 1).map((index): TestSpec => ({ kind: "condition", index }));
  return fc.oneof(
    { weight: 3, arbitrary: atom },
    { weight: 1, arbitrary: atom.map((of): TestSpec => ({ kind: "not", of })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("and" as const, "or" as const), atom, atom)
        .map(([kind, left, right]): TestSpec => ({ kind, left, right })),
    },
  );
}

function armArbitrary(latents: number, test: fc.Arbitrary<TestSpec>, depth: number): fc.Arbitrary<ArmSpec> {
  const latent = fc.nat(latents - 1);
  const smooth = fc.oneof(
    fc.record({ kind: fc.constant("affine" as const), constant: inRange(-2, 2), latent, slope: inRange(-1, 1) }),
    fc.record({
      kind: fc.constantFrom("square" as const, "exp" as const, "sin" as const),
      latent,
      scale: inRange(-0.6, 0.6),
    }),
  );
  if (depth === 0) return smooth;
  const inner = armArbitrary(latents, test, depth - 1);
  return fc.oneof(
    { weight: 1, arbitrary: smooth },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("if" as const), test, yes: inner, no: inner }) },
  );
}

/** 1 to 3 latents, 1 to 4 conditions; conditions are often copies of earlier ones, scaled, negated or swapped. */
export const randomProgram: fc.Arbitrary<ProgramSpec> = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }))
  .chain(([latents, count]) => {
    const test = testArbitrary(count);
    const arm = armArbitrary(latents, test, 2);
    const observation = fc.record(
      {
        mean: fc.record({ kind: fc.constant("if" as const), test, yes: arm, no: arm }),
        sd: fc.record({ test, yes: inRange(0.7, 1.5), no: inRange(0.7, 1.5) }),
        value: inRange(-2, 2),
        inside: test,
      },
      { requiredKeys: ["mean", "sd", "value"] },
    );
    const copies = fc.array(
      fc.record({
        of: fc.option(fc.nat(3), { freq: 2, nil: -1 }),
        shift: fc.option(fc.record({ yes: inRange(-0.5, 0.5), no: inRange(-0.5, 0.5) }), {
          freq: 3,
          nil: undefined,
        }),
      }),
      { minLength: count, maxLength: count },
    );
    return fc
      .record({
        latents: fc.constant(latents),
        priorSd: fc.array(inRange(0.7, 1.5), { minLength: latents, maxLength: latents }),
        own: fc.array(conditionArbitrary(latents), { minLength: count, maxLength: count }),
        copies,
        observations: fc.array(observation, { minLength: 1, maxLength: 3 }),
      })
      .map(({ own, copies, ...rest }) => {
        const conditions: ConditionSpec[] = [];
        own.forEach((condition, k) => {
          const { of, shift } = copies[k]!;
          const original = of >= 0 && of < k ? conditions[of] : undefined;
          if (original) {
            conditions.push({ ...original, form: condition.form, scale: condition.scale });
            return;
          }
          // A threshold that depends on an earlier condition over other latents.
          const earlier = conditions.findIndex(
            ({ coefficients, shift: other }) =>
              !other && coefficients.every((a, i) => a === 0 || condition.coefficients[i] === 0),
          );
          conditions.push(
            shift && earlier >= 0 ? { ...condition, shift: { condition: earlier, ...shift } } : condition,
          );
        });
        return { ...rest, conditions };
      });
  });

/** Parameters of a mean-field guide, at which the gradient is compared. */
export function randomParameters({ latents }: ProgramSpec): fc.Arbitrary<GuidePoint> {
  const vector = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
    fc.array(arbitrary, { minLength: latents, maxLength: latents });
  return fc.record({ mu: vector(inRange(-1, 1)), rho: vector(inRange(-1, 1)) });
}

/** Parameters of a full-rank guide, some of whose shares are 0. */
export function randomFullRank(spec: ProgramSpec): fc.Arbitrary<Required<GuidePoint>> {
  const pairs = (spec.latents * (spec.latents - 1)) / 2;
  const share = fc.oneof({ weight: 3, arbitrary: inRange(-1.5, 1.5) }, { weight: 1, arbitrary: fc.constant(0) });
  const lower = fc.array(share, { minLength: pairs, maxLength: pairs });
  return fc.tuple(randomParameters(spec), lower).map(([{ mu, rho }, lower]) => ({ mu, rho, lower }));
}

/** So many of them, the same ones for the same seed. */
export function randomPrograms(count: number, seed: number): ProgramSpec[] {
  return fc.sample(randomProgram, { numRuns: count, seed });
}

/** The program as the library sees it. */
export function interpret(spec: ProgramSpec): Program {
  return ({ sample, observe, where, branch }) => {
    const z = spec.priorSd.map((sd, i) => sample(`z${i}`, normal(0, sd)));
    const known: (() => Truth)[] = [];
    for (const condition of spec.conditions) {
      // Made afresh at each use, as a program would write it again.
      known.push(() => {
        const { scale, shift, form } = condition;
        let left: Real = 0;
        condition.coefficients.forEach((a, i) => {
          if (a !== 0) left = add(left, mul(a * scale, z[i]!));
        });
        if (shift) left = add(left, mul(scale, where(known[shift.condition]!(), shift.yes, shift.no)));
        const right = -condition.constant * scale;
        // Positive scale: left > right is "c > 0"; each form says so in its own way.
        const positive = {
          gt: () => gt(left, right),
          lt: () => lt(right, left),
          ge: () => not(le(left, right)),
          le: () => not(ge(right, left)),
        };
        const negative = {
          gt: () => gt(right, left),
          lt: () => lt(left, right),
          ge: () => not(le(right, left)),
          le: () => not(ge(left, right)),
        };
        return (scale > 0 ? positive : negative)[form]();
      });
    }
    const truth = (test: TestSpec): Truth => {
      if (test.kind === "condition") return known[test.index]!();
      if (test.kind === "not") return not(truth(test.of));
      return (test.kind === "and" ? and : or)(truth(test.left), truth(test.right));
    };
    const arm = (spec: ArmSpec): Real => {
      switch (spec.kind) {
        case "affine":
          return add(spec.constant, mul(spec.slope, z[spec.latent]!));
        case "square":
          return mul(spec.scale, square(z[spec.latent]!));
        case "exp":
          return exp(mul(spec.scale, z[spec.latent]!));
        case "sin":
          return sin(mul(spec.scale, z[spec.latent]!));
        case "if":
          return where(truth(spec.test), arm(spec.yes), arm(spec.no));
      }
    };
    for (const { mean, sd, value, inside } of spec.observations) {
      const see = (): void => observe(normal(arm(mean), where(truth(sd.test), sd.yes, sd.no)), value);
      if (inside) branch(truth(inside), see);
      else see();
    }
  };
}

/** log(sd·√2π): a quadrature takes the density of one normal a million times, and this once. */
const logScale = (sd: number): number => Math.log(sd * Math.sqrt(2 * Math.PI));

/** log p(x, z) by plain arithmetic, as a function of z. */
export function plainLogJoint(spec: ProgramSpec): (z: ArrayLike<number>) => number {
  const holds: boolean[] = [];
  const truth = (test: TestSpec): (() => boolean) => {
    if (test.kind === "condition") return () => holds[test.index]!;
    if (test.kind === "not") {
      const of = truth(test.of);
      return () => !of();
    }
    const [left, right] = [truth(test.left), truth(test.right)];
    return test.kind === "and" ? () => left() && right() : () => left() || right();
  };
  const arm = (spec: ArmSpec): ((z: ArrayLike<number>) => number) => {
    if (spec.kind === "if") {
      const [test, yes, no] = [truth(spec.test), arm(spec.yes), arm(spec.no)];
      return (z) => (test() ? yes(z) : no(z));
    }
    const { latent } = spec;
    if (spec.kind === "affine") return (z) => spec.constant + spec.slope * z[latent]!;
    if (spec.kind === "square") return (z) => spec.scale * z[latent]! * z[latent]!;
    return spec.kind === "exp" ? (z) => Math.exp(spec.scale * z[latent]!) : (z) => Math.sin(spec.scale * z[latent]!);
  };
  const seen = spec.observations.map(({ mean, sd, value, inside }) => {
    const [at, test, counts] = [arm(mean), truth(sd.test), inside ? truth(inside) : () => true];
    const [yes, no] = [logScale(sd.yes), logScale(sd.no)];
    return (z: ArrayLike<number>): number => {
      if (!counts()) return 0;
      return test() ? -0.5 * ((value - at(z)) / sd.yes) ** 2 - yes : -0.5 * ((value - at(z)) / sd.no) ** 2 - no;
    };
  });
  const { conditions, latents, priorSd } = spec;
  const priorScale = priorSd.map(logScale);
  return (z) => {
    for (let k = 0; k < conditions.length; k++) {
      const { coefficients, constant, shift } = conditions[k]!;
      let c = constant;
      for (let i = 0; i < coefficients.length; i++) c += coefficients[i]! * z[i]!;
      if (shift) c += holds[shift.condition] ? shift.yes : shift.no;
      holds[k] = c > 0;
    }
    let total = 0;
    for (let i = 0; i < latents; i++) total += -0.5 * (z[i]! / priorSd[i]!) ** 2 - priorScale[i]!;
    for (const term of seen) total += term(z);
    return total;
  };
}

export interface Exact {
  readonly elbo: number;
  readonly gradient: Float64Array;
}

const REACH = 7; // sd; beyond it lies less than 3e-12 of a normal
// Points for panels up to ¼, ½, ¾ sd wide, and wider ones.
const RULES = [3, 4, 5, 8].map(gaussLegendre);

/**
 * ELBO and gradient by Gauss–Legendre panels, from ∇ELBO = ∫ ∇q (log p − log q): no derivative of the density is needed,
 * so jumps only have to be panel ends. The innermost axis is cut where it crosses a hyperplane, the next one also where
 * two hyperplanes meet; with three latents the outermost axis has regular panels, whose error the test measures.
 */
export function quadrature(
  spec: ProgramSpec,
  parameters: GuidePoint,
  panelWidth = spec.latents === 3 ? 1.6 : 1.2,
): Exact {
  const n = spec.latents;
  const { mu } = parameters;
  const guide = denseGuide(parameters);
  const planes = spec.conditions.flatMap(({ coefficients, constant, shift }) => {
    const normalVector = coefficients.map((_, j) =>
      coefficients.reduce((total, a, i) => total + a * guide.scale[i]![j]!, 0),
    );
    const offset = constant + coefficients.reduce((total, a, i) => total + a * mu[i]!, 0);
    return (shift ? [shift.yes, shift.no] : [0]).map((extra) => [...normalVector, offset + extra]);
  });
  const epsilon = new Float64Array(n);
  const z = new Float64Array(n);
  let elbo = 0;
  const gradient = new Float64Array(guide.parameters);
  const logJoint = plainLogJoint(spec);

  const integrate = (axis: number, weight: number, cut: readonly number[][]): void => {
    const innermost = axis === n - 1;
    epsilon[axis] = 0;
    const others = innermost ? guide.logDensity(epsilon) : 0;
    let [line, first, second] = [0, 0, 0]; // on the innermost axis the sums of ℓ, ℓ·ε and ℓ·ε²
    let at = mu[axis]!;
    for (let j = 0; j < axis; j++) at += guide.scale[axis]![j]! * epsilon[j]!;
    const scale = guide.scale[axis]![axis]!;
    const edges = [-REACH, REACH, ...crossings(axis, n, cut)].filter((x) => Math.abs(x) <= REACH).sort((p, q) => p - q);
    for (let e = 0; e + 1 < edges.length; e++) {
      const span = edges[e + 1]! - edges[e]!;
      if (span < 1e-13) continue;
      const parts = Math.ceil(span / panelWidth);
      const rule = RULES[Math.min(3, Math.floor((4 * span) / parts))]!;
      for (let part = 0; part < parts; part++) {
        const half = span / parts / 2;
        const middle = edges[e]! + (span * (part + 0.5)) / parts;
        for (let k = 0; k < rule.length; k++) {
          const x = middle + half * rule[k]![0];
          z[axis] = at + scale * x;
          const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
          const own = weight * density * rule[k]![1] * half;
          if (innermost) {
            const l = own * (logJoint(z) - (others - 0.5 * x * x));
            line += l;
            first += l * x;
            second += l * x * x;
          } else {
            epsilon[axis] = x;
            const fixed = cut.map((plane) =>
              plane.map((value, j) => (j === n ? value + plane[axis]! * x : j === axis ? 0 : value)),
            );
            integrate(axis + 1, own, fixed);
          }
        }
      }
    }
    if (!innermost) return;
    elbo += line;
    // Along it the score is a parabola, known from three points.
    for (const [x, share] of [
      [-1, (second - first) / 2],
      [0, line - second],
      [1, (second + first) / 2],
    ] as const) {
      epsilon[axis] = x;
      guide.addScore(gradient, epsilon, share);
    }
  };
  integrate(0, 1, planes);
  return { elbo, gradient };
}

// Where along `axis` something happens: planes that involve no later axis, and meetings of two that involve one later axis.
function crossings(axis: number, n: number, planes: readonly number[][]): number[] {
  const own = planes.filter((plane) => plane.every((value, j) => j === n || j === axis || value === 0));
  const later = planes.filter((plane) => !own.includes(plane));
  if (axis === n - 2)
    for (let p = 0; p < later.length; p++)
      for (let q = p + 1; q < later.length; q++) {
        const [u, v] = [later[p]!, later[q]!];
        own.push(u.map((value, j) => value * v[n - 1]! - v[j]! * u[n - 1]!));
      }
  return own.flatMap((plane) => (Math.abs(plane[axis]!) > 1e-12 ? [-plane[n]! / plane[axis]!] : []));
}

// Nodes and weights on [−1, 1], by Newton's method on the Legendre polynomial.
export function gaussLegendre(n: number): [number, number][] {
  return Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let iteration = 0; iteration < 50; iteration++) {
      let [previous, value] = [1, x];
      for (let k = 2; k <= n; k++) [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
      slope = (n * (x * value - previous)) / (x * x - 1);
      x -= value / slope;
    }
    return [x, 2 / ((1 - x * x) * slope * slope)];
  });
}
