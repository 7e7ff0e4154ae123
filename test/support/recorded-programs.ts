/** Programs that `compileTape` hands to a back end, recorded: of the models, of random graphs, and of sums of every family. */
import fc from "fast-check";
import { compileTape, Graph, type NodeId, type OpName } from "../../src/autodiff/index.ts";
import { INTERPRETER } from "../../src/autodiff/lanes/interpreter/interpreter.ts";
import { CODE, OP_NAMES } from "../../src/autodiff/ops/codes.ts";
import { fastPlan } from "../../src/autodiff/planners/fast-plan.ts";
import { planMeans } from "../../src/autodiff/planners/lane-means.ts";
import type { Backend, TapeProgram } from "../../src/autodiff/tape/executable.ts";
import { plainPlan } from "../../src/autodiff/tape/plan.ts";
import { corrected, lyy18, reparam, score } from "../../src/estimators/index.ts";
import { makeSampler } from "../../src/index.ts";
import { conditions, gmm, influenza, temperature, textmsg, walk } from "../../src/models/index.ts";
import { SOAK } from "./soak.ts";

/** The program that a function compiles for a back end of so many lanes at a time. */
export function recorded(compile: (backend: Backend) => void, laneMultiple = 1): TapeProgram {
  let found: TapeProgram | undefined;
  compile({
    name: "recorder",
    laneMultiple,
    load(program) {
      found = program;
      return INTERPRETER.load(program);
    },
  });
  if (!found) throw new Error("recorded: nothing was compiled");
  return found;
}

/** The programs of models, with a value for every sample and with means. */
export function modelPrograms(laneMultiple?: number): [title: string, program: TapeProgram][] {
  const whole = [gmm, textmsg, influenza, temperature, walk].flatMap((model) =>
    [score(), reparam(), lyy18(), corrected()].map((estimator) => ({ model, estimator })),
  );
  const some = Object.values(conditions).filter((_, i) => SOAK || i % 3 === 0);
  const others = [textmsg, ...some].map((model) => ({
    model,
    estimator: corrected({ marginalise: false }),
  }));
  return [...whole, ...others].flatMap(({ model, estimator }): [string, TapeProgram][] => {
    const sampler = (backend: Backend) => makeSampler(model, estimator, { backend, lanes: 5 });
    return [
      [`${model.name} ${estimator.name}`, recorded((backend) => sampler(backend).each(), laneMultiple)],
      [`means of ${model.name} ${estimator.name}`, recorded((backend) => sampler(backend).means?.(), laneMultiple)],
    ];
  });
}

const PLANNERS = { plainPlan, fastPlan, planMeans };
const step = fc.record({
  op: fc.constantFrom<OpName>(...OP_NAMES, "add", "add", "add", "mul", "mul", "where", "where", "square", "chain"),
  reads: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
});

/** A graph of any ops over two lane inputs, two uniform ones and two constants, planned and compiled. */
export const randomProgram: fc.Arbitrary<TapeProgram> = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 60 }),
    planner: fc.constantFrom(...Object.values(PLANNERS)),
  })
  .map(({ steps, planner }) => {
    const graph = new Graph();
    const inputs = [graph.input("x", true), graph.input("y", true), graph.input("u", false), graph.input("v", false)];
    const reals: NodeId[] = [...inputs, graph.constant(0.5), graph.constant(0)];
    const masks: NodeId[] = inputs.map((node) => graph.algebra.positive(node));
    for (const { op, reads } of steps) {
      const kinds = graph.ops.rows[CODE[op]]!.kinds ?? "";
      const [x, y = -1, z = -1] = graph.ops.rows[CODE[op]]!.domain.map((_, j) => {
        const known = kinds[j] === "m" ? masks : reals;
        return known[reads[j]! % known.length]!;
      });
      (kinds.endsWith("m") ? masks : reals).push(graph.apply(CODE[op], x!, y, z));
    }
    const roots = [...reals.slice(-3), graph.algebra.where(masks.at(-1)!, reals.at(-1)!, inputs[0]!)];
    const plan = planner(graph, roots);
    return recorded((backend) => compileTape(graph, [], { laneInputs: inputs.slice(0, 2), plan, backend, lanes: 5 }));
  });
