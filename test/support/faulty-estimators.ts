/**
 * A catalogue of wrong estimators, each with a model on which it is wrong: what `verifyGradient` has to catch. All are `corrected` without
 * marginalisation, built by the plan's own parts, with one thing done otherwise.
 */
import type { NodeId } from "../../src/autodiff/ops/op.ts";
import type { Boundary } from "../../src/boundaries/find/boundaries.ts";
import { correctionPlan } from "../../src/estimators/corrected.ts";
import type { Estimator, Noise } from "../../src/estimators/estimator.ts";
import * as n from "../../src/index.ts";
import type { Objective } from "../../src/objective/objective.ts";
import { fillNormals } from "../../src/random/index.ts";

type Term = ReadonlyMap<number, NodeId>;

interface Tampering {
  readonly boundaries?: (boundaries: readonly Boundary[], objective: Objective) => readonly Boundary[];
  readonly term?: (term: Term, objective: Objective) => Term;
  /** Whether what is counted along lines is left out. */
  readonly withoutLines?: boolean;
  readonly noise?: Noise;
}

/** `corrected` with one thing done otherwise; with nothing, an estimator that is right. */
export function tampered({
  boundaries = (all) => all,
  term = (all) => all,
  withoutLines = false,
  noise,
}: Tampering): Estimator {
  return {
    name: "tampered",
    build(objective, repertoire) {
      const { graph } = objective;
      const lines = repertoire.lines!;
      const plan = correctionPlan(
        "tampered",
        objective,
        {
          ...repertoire,
          lines: {
            ...lines,
            *divided(own, found) {
              const divided = yield* lines.divided(own, found);
              return {
                boundaries: boundaries(divided.boundaries, own),
                decisions: withoutLines ? [] : divided.decisions,
              };
            },
          },
        },
        { marginalise: false },
      );
      const terms = plan.boundaries.map((boundary) => term(plan.term(boundary), objective));
      const all = plan.counted ? [...terms, plan.counted.term] : terms;
      return {
        value: objective.value,
        gradient: plan.path.gradient.map((node, p) => graph.sum([node, ...all.flatMap((each) => each.get(p) ?? [])])),
        normals: objective.normals,
        derived: plan.counted?.derived ?? [],
        ...(noise && { noise }),
      };
    },
  };
}

const mapped =
  (change: (node: NodeId, p: number, objective: Objective) => NodeId) =>
  (term: Term, objective: Objective): Term =>
    new Map([...term].map(([p, node]) => [p, change(node, p, objective)]));

const scaled = (factor: number): Estimator =>
  tampered({ term: mapped((node, _, { graph: { algebra: A } }) => A.mul(A.constant(factor), node)) });

const model = (name: string, program: n.Program): n.Model => n.defineModel(name, program);

const single = model("one condition", ({ sample, observe, where }) => {
  const x = sample("x", n.normal(0, 1));
  observe(n.normal(where(n.gt(x, 0.3), 2, -1), 1), 0.8);
});
/** The mean and the sd change together: which goes with which matters. */
const coincident = model("coincident conditions", ({ sample, observe, where }) => {
  const x = sample("x", n.normal(0, 1));
  observe(n.normal(where(n.gt(x, 0.3), 2, -1), where(n.lt(x, 0.3), 0.6, 1.5)), 0.8);
});
/** Written twice alike: at x = 0.3 both comparisons are false, and each alone is taken for the other's false. */
const twice = model("one condition twice", ({ sample, observe, where }) => {
  const x = sample("x", n.normal(0, 1));
  observe(n.normal(where(n.gt(x, 0.3), 2, -1), where(n.gt(n.mul(2, x), 0.6), 0.6, 1.5)), 0.8);
});
const square = model("two roots", ({ sample, observe, where }) => {
  const x = sample("x", n.normal(0, 1));
  observe(n.normal(where(n.gt(n.square(x), 1), 2, -1), 1), 0.3);
});
const pole = model("pole", ({ sample, observe }) => {
  const x = sample("x", n.normal(0, 1));
  observe(n.normal(n.div(x, n.abs(x)), 1), 0.5);
});
const edge = model("edge of a domain", ({ sample, observe, where }) => {
  const x = sample("x", n.normal(0, 1));
  observe(n.normal(where(n.lt(n.log(x), 0.3), 2, -1), 1), 0.8);
});

/** Wrong estimators by name, each with a model on which it is wrong. */
export const FAULTS: Readonly<Record<string, { readonly model: n.Model; readonly estimator: Estimator }>> = {
  "boundary omitted": { model: single, estimator: tampered({ boundaries: () => [] }) },
  "sign flipped": { model: single, estimator: scaled(-1) },
  "arm swapped": {
    model: coincident,
    estimator: tampered({
      boundaries: (all) =>
        all.map((each) => ({
          ...each,
          predicates: each.predicates.map(({ node, sign }, k) => ({ node, sign: k === 0 ? sign : sign > 0 ? -1 : 1 })),
        })),
    }),
  },
  "coincident forced singly": { model: twice, estimator: n.lyy18({ coincident: "separate" }) },
  "weight off by 5 %": { model: single, estimator: scaled(1.05) },
  "threshold moved 0.05 sd": {
    // A jump that is the same everywhere has another weight 0.05 sd away.
    model: single,
    estimator: tampered({
      boundaries: (all, { graph }) => {
        const A = graph.algebra;
        const moved = (node: NodeId): NodeId => A.add(node, graph.constant(0.05));
        return all.map((each) => ({
          ...each,
          condition: moved(each.condition),
          blocks: each.blocks.map((block) => ({ ...block, rest: moved(block.rest) })),
        }));
      },
    }),
  },
  "stale noise": {
    model: single,
    estimator: tampered({
      noise: { fill: (request) => fillNormals({ ...request, firstSample: request.firstSample % 64 }) },
    }),
  },
  "missing root": { model: square, estimator: tampered({ boundaries: (all) => all.slice(1) }) },
  "wrong Jacobian": {
    // ∂σ/∂ρ taken for 1. Of x > 0.3 alone nothing would be wrong under a guide about 0.3, whose sd does not move P(x > 0.3).
    model: square,
    estimator: tampered({
      term: mapped((node, p, { graph: { algebra: A }, parameters, trace }) =>
        p < trace.latents.length ? node : A.div(node, A.sigmoid(parameters[p]!)),
      ),
    }),
  },
  "pole uncounted": { model: pole, estimator: tampered({ withoutLines: true }) },
  "edge uncounted": {
    model: edge,
    estimator: tampered({ boundaries: (all) => all.filter(({ text }) => /0\.3|1\.3/.test(text())) }),
  },
  "1/m forgotten": { model: coincident, estimator: scaled(2) },
};
