/**
 * How far a place moves as a parameter does. The latent z = μ + σ·ε has a given value at ε = (z − μ)/σ, which falls by 1/σ as μ rises by 1, and by
 * ε·σ′/σ as ρ does: these are the rates of the noise of z. Places of decisions without a normal count by them.
 */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import { LineProgram } from "./line-program.ts";

export class NoiseRates {
  /** Noises and parameters whose values `addInto` takes, in this order; that of the noise itself is apart. */
  readonly inputs: readonly NodeId[];
  readonly #program: LineProgram;
  readonly #cone: Int32Array;
  readonly #rates: readonly (readonly [parameter: number, place: number])[];

  /** The rates of noise v. */
  constructor(objective: Objective, v: number) {
    const { graph, guide, normals, variables } = objective;
    const rates = [...guide.slopes(rowOfInverse(objective, v), (variable) => normals[variable]!)];
    const nodes = rates.map(([, node]) => node);
    const program = new LineProgram(graph, nodes, variables[v]!.epsilon);
    this.#program = program;
    this.#cone = program.cone(nodes);
    this.#rates = rates.map(([p, node]) => [p, program.place(node)] as const);
    this.inputs = program.inputs;
  }

  /** Adds the rate of each parameter times a weight to its sum, for values of `inputs` and of the noise. */
  addInto(sums: Float64Array, inputs: Float64Array, noise: number, weight: number): void {
    const program = this.#program;
    program.setInputs(inputs);
    program.setPoint(noise);
    program.evaluate(this.#cone);
    for (const [p, place] of this.#rates) sums[p]! += weight * program.values[place]!;
  }
}

// Row v of the inverse of ∂z/∂ε, by latent: what ε_v changes by as z does.
function rowOfInverse({ graph, guide }: Objective, v: number): Map<number, NodeId> {
  const { algebra: A } = graph;
  const row = new Map([[v, A.div(graph.constant(1), guide.sigmas[v]!)]]);
  for (let w = v - 1; w >= 0; w--) {
    const shares = guide.columns[w]!.flatMap(({ latent, share }) => {
      const known = row.get(latent);
      return known === undefined ? [] : [A.mul(known, share)];
    });
    if (shares.length > 0) row.set(w, A.neg(graph.sum(shares)));
  }
  return row;
}
