/**
 * What the lines of one draw add up to, against a walk along each line in small steps: every place at which the value of the program jumps counts
 * as the head of `counted-lines.ts` says, to seven digits. The places of a mean over many draws are in `counted-lines.test.ts`.
 */
import { describe, expect, test } from "vitest";
import { countedLines } from "../../../src/boundaries/lines/counted-lines.ts";
import { decisionPieces } from "../../../src/boundaries/lines/decisions.ts";
import * as n from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";
import { finished } from "../../../src/pieces/pieces.ts";

const { abs, add, and, div, exp, gt, log, lt, mul, neg, relu, sqrt, square, sub, where } = n;

interface Row {
  /** A value that jumps, as the program has it and as a number. */
  readonly traced: (u: n.Real, w: n.Real) => n.Real;
  readonly plain: (u: number, w: number) => number;
  /** What is 0 at its jumps, of which one is, where it has a normal there; else each line counts for its own noise alone. */
  readonly zeros?: readonly ((u: number, w: number) => number)[];
}

const picked = (holds: n.Truth): n.Real => where(holds, 2, -1);
const by = (holds: boolean): number => (holds ? 2 : -1);

const ROWS: Readonly<Record<string, Row>> = {
  "u² > 2": { traced: (u) => picked(gt(square(u), 2)), plain: (u) => by(u * u > 2), zeros: [(u) => u * u - 2] },
  "sin(5·u) > 0.3": {
    traced: (u) => picked(gt(n.sin(mul(5, u)), 0.3)),
    plain: (u) => by(Math.sin(5 * u) > 0.3),
    zeros: [(u) => Math.sin(5 * u) - 0.3],
  },
  "u·w > 0.3": {
    traced: (u, w) => picked(gt(mul(u, w), 0.3)),
    plain: (u, w) => by(u * w > 0.3),
    zeros: [(u, w) => u * w - 0.3],
  },
  "u² + w² < 1": {
    traced: (u, w) => picked(lt(add(square(u), square(w)), 1)),
    plain: (u, w) => by(u * u + w * w < 1),
    zeros: [(u, w) => 1 - u * u - w * w],
  },
  "floor(u·w)": {
    traced: (u, w) => n.floor(mul(u, w)),
    plain: (u, w) => Math.floor(u * w),
    zeros: [(u, w) => u * w],
  },
  "u/|u|": { traced: (u) => div(u, abs(u)), plain: (u) => Math.sign(u), zeros: [(u) => u] },
  "u·exp(−log|u|)·w": {
    traced: (u, w) => mul(w, mul(u, exp(neg(log(abs(u)))))),
    plain: (u, w) => w * Math.sign(u),
    zeros: [(u) => u],
  },
  "1/max(u, 0) > 0.5": { traced: (u) => picked(gt(div(1, relu(u)), 0.5)), plain: (u) => by(u < 2) },
  "w > 1/u": { traced: (u, w) => picked(gt(w, div(1, u))), plain: (u, w) => by(w > 1 / u) },
  "w > log u": { traced: (u, w) => picked(gt(w, log(u))), plain: (u, w) => by(w > Math.log(u)) },
  "√u − √w < 0.5": {
    traced: (u, w) => picked(lt(sub(sqrt(u), sqrt(w)), 0.5)),
    plain: (u, w) => by(Math.sqrt(u) - Math.sqrt(w) < 0.5),
  },
  "u² > 2 inside of w > 0": {
    traced: (u, w) => where(gt(mul(w, exp(u)), 0), picked(gt(square(u), 2)), 5),
    plain: (u, w) => (w > 0 ? by(u * u > 2) : 5),
    zeros: [(u) => u * u - 2, (_, w) => w],
  },
  "(u + 1)² > 16 and w·u > 1": {
    traced: (u, w) => picked(and(gt(square(add(u, 1)), 16), gt(mul(w, u), 1))),
    plain: (u, w) => by((u + 1) ** 2 > 16 && w * u > 1),
    zeros: [(u) => (u + 1) ** 2 - 16, (u, w) => w * u - 1],
  },
};

type Pair = readonly [u: number, w: number];

const NOISES: readonly Pair[] = [[0.4, -0.7], [-1.1, 0.9], [0.13, 1.7], [2.2, -2.6]]; // biome-ignore format: pairs
const phi = (t: number): number => Math.exp(-0.5 * t * t) / Math.sqrt(2 * Math.PI);

/** The draw of noises under the means and ρ of u and w and, where it is given, w's share of what u deviates; and the noises of a draw. */
const spread = (rho: number): number => Math.log1p(Math.exp(rho));
function drawn([mu, nu, rho, tau, share = 0]: readonly number[], [p, q]: Pair): Pair {
  const deviation = spread(rho!) * p;
  return [mu! + deviation, nu! + spread(tau!) * q + share * deviation];
}
function noiseOf([mu, nu, rho, tau, share = 0]: readonly number[], [u, w]: Pair): Pair {
  return [(u - mu!) / spread(rho!), (w - nu! - share * (u - mu!)) / spread(tau!)];
}
const slopesOf = (f: (x: readonly number[]) => number, at: readonly number[]): number[] =>
  at.map((_, j) => {
    const moved = (step: number): number => f(at.map((x, i) => (i === j ? x + step : x)));
    return (moved(1e-6) - moved(-1e-6)) / 2e-6;
  });

/** The sums by parameter. */
function expected({ plain, zeros = [] }: Row, theta: readonly number[], noise: Pair): number[] {
  const sums = theta.map(() => 0);
  for (const v of [0, 1] as const) {
    const at = (t: number): Pair => (v === 0 ? [t, noise[1]] : [noise[0], t]);
    const value = (t: number): number => plain(...drawn(theta, at(t)));
    for (let k = -350; k < 350; k++) {
      let [a, b] = [(k + 0.123) / 50, (k + 1.123) / 50];
      const [left, right] = [value(a), value(b)];
      if (Math.abs(right - left) < 0.01) continue;
      for (let j = 0; j < 60; j++) {
        const middle = 0.5 * (a + b);
        if (Math.abs(value(middle) - left) < Math.abs(value(middle) - right)) a = middle;
        else b = middle;
      }
      const jump = value(b + 1e-9) - value(a - 1e-9);
      const place = at(a);
      let [weight, slopes] = [phi(a) * jump, [] as number[]];
      const distances = zeros.map((zero) => Math.abs(zero(...drawn(theta, place))));
      const zero = zeros[distances.indexOf(Math.min(...distances))];
      if (zero) {
        const byNoise = slopesOf((noises) => zero(...drawn(theta, noises as never)), place);
        weight =
          (jump * Math.sign(byNoise[v]!)) /
          byNoise.reduce((sum, slope, u) => sum + Math.abs(slope) / phi(place[u]!), 0);
        slopes = slopesOf((params) => zero(...drawn(params, place)), theta);
      } else {
        // The noise with which other parameters draw what lies here falls.
        const z = drawn(theta, place);
        slopes = slopesOf((params) => -noiseOf(params, z)[v], theta);
      }
      slopes.forEach((slope, p) => {
        sums[p]! += weight * slope;
      });
    }
  }
  return sums;
}

function counted({ traced }: Row, guide: n.Guide, theta: readonly number[]): (noise: Pair) => number[] {
  const objective = buildObjective(
    n.defineModel("row", ({ sample, factor }) => {
      const [u, w] = [sample("u", n.normal(0, 1)), sample("w", n.normal(0, 1))];
      factor("value", traced(u, w));
    }),
    undefined,
    guide,
  );
  const { derived, term } = countedLines(objective, finished(decisionPieces(objective)));
  const rows = [...objective.normals, ...term.values()];
  const slots = new Float64Array(rows.length);
  const fill = derived[0]!.filler(slots, (node) => rows.indexOf(node));
  return (noise) => {
    slots.set(noise);
    fill({ generator: undefined as never, stream: 0, firstSample: 0, lanes: 1 }, Float64Array.from(theta));
    return [...slots.subarray(objective.normals.length)];
  };
}

const GUIDES = [
  ["independent latents", n.meanField(), [0.3, -0.2, 0.5, 0.2]],
  ["correlated latents", n.fullRank(), [0.3, -0.2, 0.5, 0.2, 0.7]],
] as const;

describe.each(GUIDES)("ℓ that is infinite at a place is no part of what jumps there: under %s", (_, guide, theta) => {
  test.each<[string, (u: n.Real) => n.Real]>([
    ["log|u|", (u) => log(abs(u))],
    ["−2·log|u|", (u) => mul(-2, log(abs(u)))],
    ["log²|u|", (u) => square(log(abs(u)))],
  ])("%s", (_name, infinite) => {
    const jump = (u: n.Real): n.Real => div(u, abs(u));
    const plain = (): number => 0;
    const [alone, beside] = [jump, (u: n.Real) => add(infinite(u), jump(u))].map((traced) =>
      counted({ traced, plain }, guide, theta),
    );
    for (const noise of NOISES) {
      const values = alone!(noise);
      expect(values.some((value) => Math.abs(value) > 0.01)).toBe(true);
      beside!(noise).forEach((value, p) => void expect(value).toBeCloseTo(values[p]!, 5));
    }
  });
});

describe.each(GUIDES)(
  "the lines of a draw of %s count each jump as far as it moves with the parameters:",
  (_, guide, theta) => {
    test.each(Object.entries(ROWS))("%s", (_name, row) => {
      const at = counted(row, guide, theta);
      for (const noise of NOISES) {
        const exact = expected(row, theta, noise);
        at(noise).forEach((value, p) => {
          expect(Math.abs(value - exact[p]!), `${noise}: ${p}`).toBeLessThan(1e-7 * (1 + Math.abs(exact[p]!)));
        });
      }
    });
  },
);
