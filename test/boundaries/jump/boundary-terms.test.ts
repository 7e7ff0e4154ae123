/**
 * What the boundaries of a program add to the gradient at one draw, against plain arithmetic: the draw moved onto c = 0 by the noises of the block
 * that the boundary has, the density of c there, its slope by each parameter, and how far the value of the program jumps.
 */
import { describe, expect, test } from "vitest";
import { inputIndex } from "../../../src/autodiff/graph/graph.ts";
import { planCorrection } from "../../../src/boundaries/plan.ts";
import * as n from "../../../src/index.ts";
import { SAMPLED } from "../../../src/objective/entropy.ts";
import { buildObjective } from "../../../src/objective/objective.ts";
import { FULL } from "../../../src/profile.ts";
import { evaluatorOf } from "../../support/evaluate.ts";

const { add, and, exp, gt, lt, mul, sin, square, sub, where } = n;

type Three = readonly [u: number, w: number, x: number];

interface Row {
  readonly traced: (u: n.Real, w: n.Real, x: n.Real) => n.Real;
  readonly plain: (...z: Three) => number;
  /** What is 0 on each boundary, in the order in which the program makes the conditions. */
  readonly zeros: readonly ((...z: Three) => number)[];
}

const ROWS: Readonly<Record<string, Row>> = {
  "u > 0.4": {
    traced: (u) => where(gt(u, 0.4), 2, -1),
    plain: (u) => (u > 0.4 ? 2 : -1),
    zeros: [(u) => u - 0.4],
  },
  "−2u + w − x < 0.3, with smooth arms": {
    traced: (u, w, x) => where(lt(sub(add(mul(-2, u), w), x), 0.3), mul(u, x), exp(w)),
    plain: (u, w, x) => (-2 * u + w - x < 0.3 ? u * x : Math.exp(w)),
    zeros: [(u, w, x) => 0.3 + 2 * u - w + x],
  },
  "w > sin u, in two terms": {
    traced: (u, w, x) => mul(where(gt(w, sin(u)), 2, x), where(lt(sin(u), w), 1, u)),
    plain: (u, w, x) => (w > Math.sin(u) ? 2 : x * u),
    zeros: [(u, w) => w - Math.sin(u)],
  },
  "exp(x)·w > u": {
    traced: (u, w, x) => where(gt(mul(exp(x), w), u), w, 0),
    plain: (u, w, x) => (Math.exp(x) * w > u ? w : 0),
    zeros: [(u, w, x) => Math.exp(x) * w - u],
  },
  "three parallel conditions": {
    traced: (u, w) => add(where(gt(u, 0), w, 1), mul(where(gt(u, 1), 2, w), where(gt(mul(2, u), -1), 5, 3))),
    plain: (u, w) => (u > 0 ? w : 1) + (u > 1 ? 2 : w) * (2 * u > -1 ? 5 : 3),
    zeros: [(u) => u, (u) => u - 1, (u) => u + 0.5],
  },
  "conditions a latent apart, which coincide for some draws": {
    traced: (u, w, x) =>
      add(where(gt(u, where(gt(w, 0), 0.2, -0.3)), x, 1), where(gt(u, where(gt(x, 0), 0.2, -0.5)), 4, w)),
    plain: (u, w, x) => (u > (w > 0 ? 0.2 : -0.3) ? x : 1) + (u > (x > 0 ? 0.2 : -0.5) ? 4 : w),
    zeros: [(_, w) => w, (u, w) => u - (w > 0 ? 0.2 : -0.3), (_u, _w, x) => x, (u, _, x) => u - (x > 0 ? 0.2 : -0.5)],
  },
  "a chain of conditions": {
    traced: (u, w, x) => {
      let state: n.Real = x;
      for (const k of [-1, 0, 1, 2]) state = where(gt(add(u, k), w), add(mul(0.5, state), k), square(state));
      return state;
    },
    plain: (u, w, x) => [-1, 0, 1, 2].reduce((state, k) => (u + k > w ? 0.5 * state + k : state * state), x),
    zeros: [-1, 0, 1, 2].map((k) => (u: number, w: number) => u + k - w),
  },
  "w > 0 inside of u + [w > 0] > 0.5": {
    traced: (u, w, x) => where(and(gt(add(u, where(gt(w, 0), 1, 0)), 0.5), gt(x, -4)), w, x),
    plain: (u, w, x) => (u + (w > 0 ? 1 : 0) > 0.5 && x > -4 ? w : x),
    zeros: [(_, w) => w, (u, w) => u + (w > 0 ? 1 : 0) - 0.5, (_u, _w, x) => x + 4],
  },
};

const NOISES: readonly Three[] = [
  [0.4, -0.7, 0.2],
  [-1.1, 0.9, -0.6],
  [0.13, 1.7, 1.2],
];
const THETA = [0.3, -0.2, 0.1, 0.5, 0.2, -0.4];
const GUIDES = [
  ["independent latents", n.meanField(), THETA],
  ["correlated latents", n.fullRank(), [...THETA, 0.7, -0.3, 0.4]],
] as const;

const phi = (t: number): number => Math.exp(-0.5 * t * t) / Math.sqrt(2 * Math.PI);
const spread = (rho: number): number => Math.log1p(Math.exp(rho));

/** The draw of noises: means, ρ, and the shares of w and x in what those before them deviate. */
function drawn(theta: readonly number[], [p, q, r]: Three): Three {
  const [mu, nu, xi, rho, tau, pi, a = 0, b = 0, c = 0] = theta as number[];
  const [d, e] = [spread(rho!) * p, spread(tau!) * q];
  return [mu! + d, nu! + e + a * d, xi! + spread(pi!) * r + b * d + c * e];
}
const slopesOf = (f: (x: readonly number[]) => number, at: readonly number[]): number[] =>
  at.map((_, j) => {
    const moved = (step: number): number => f(at.map((x, i) => (i === j ? x + step : x)));
    return (moved(1e-6) - moved(-1e-6)) / 2e-6;
  });

/** The term of the k-th boundary, which is moved onto by the noises `block`; of those that coincide at the draw the first counts for all. */
function expected(
  { plain, zeros }: Row,
  k: number,
  block: readonly number[],
  theta: readonly number[],
  noise: Three,
): number[] {
  const zero = zeros[k]!;
  const c = (noises: readonly number[]): number => zero(...drawn(theta, noises as unknown as Three));
  const alpha = slopesOf(c, noise).map((slope, v) => (block.includes(v) ? slope : 0));
  const sd = Math.hypot(...alpha);
  const beside = (by: number): Three =>
    noise.map((e, v) => e - (alpha[v]! * (c(noise) - by)) / sd ** 2) as unknown as Three;
  const mean = c(noise.map((e, v) => (block.includes(v) ? 0 : e)));
  const jump = plain(...drawn(theta, beside(1e-7))) - plain(...drawn(theta, beside(-1e-7)));
  if (zeros.slice(0, k).some((other) => Math.abs(other(...drawn(theta, beside(0)))) < 1e-12)) return theta.map(() => 0);
  const slopes = slopesOf((params) => zero(...drawn(params, beside(0))), theta);
  return slopes.map((slope) => (phi(mean / sd) / sd) * slope * jump);
}

describe.each(GUIDES)("the term of each boundary at a draw of %s:", (_, guide, theta) => {
  test.each(Object.entries(ROWS))("%s", (_name, row) => {
    const objective = buildObjective(
      n.defineModel("row", ({ sample, factor }) => {
        const [u, w, x] = ["u", "w", "x"].map((name) => sample(name, n.normal(0, 1))) as [n.Real, n.Real, n.Real];
        factor("value", row.traced(u, w, x));
      }),
      undefined,
      guide,
    );
    const { graph, normals, parameters } = objective;
    const { families, gates } = FULL.repertoire;
    const { boundaries, term } = planCorrection(objective, {
      entropy: SAMPLED,
      passes: [],
      accepts: () => true,
      boundaryPasses: [],
      families,
      gates,
    });
    expect(boundaries).toHaveLength(row.zeros.length);
    boundaries.forEach((boundary, k) => {
      // In a product of correlated latents nothing is left to move.
      if (!boundary.blocks[0] && guide !== GUIDES[0][1]) return;
      const block = boundary.blocks[0]!.entries.map(({ variable }) => variable);
      const terms = [...term(boundary)];
      const at = evaluatorOf(
        graph,
        terms.map(([, node]) => node),
      );
      for (const noise of NOISES) {
        const inputs = new Float64Array(graph.inputs.length);
        parameters.forEach((node, p) => {
          inputs[inputIndex(graph, node)] = theta[p]!;
        });
        normals.forEach((node, v) => {
          inputs[inputIndex(graph, node)] = noise[v]!;
        });
        const found = theta.map(() => 0);
        const values = at(inputs);
        terms.forEach(([p], j) => {
          found[p] = values[j]!;
        });
        const exact = expected(row, k, block, theta, noise);
        found.forEach((value, p) => {
          expect(Math.abs(value - exact[p]!), `${boundary.text()} at ${noise}: ${p}`).toBeLessThan(
            1e-5 * (1 + Math.abs(exact[p]!)),
          );
        });
      }
    });
  });
});
