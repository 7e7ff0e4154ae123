/**
 * Boundaries that coincide although nothing in how they are written says so are refused: for entries that do not cross them together
 * (`coincident.ts`). At a few points of one of them the condition of the other is looked at: if it is 0 at any, up to rounding, they
 * are one, or one in part.
 */
import { substitute } from "../../autodiff/graph/substitute.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../random/index.ts";
import type { BoundaryPass } from "../move/boundary-pass.ts";
import { surfacesOf } from "../move/projection.ts";
import { rivalsAmong } from "./rivals.ts";

const POINTS = 16;
const SEED = 1806_00176; // any
/** A value this small against that elsewhere is 0: 16 digits less some for cancellation. */
const ZERO = 1e-9;

export const DISTINCT: BoundaryPass = {
  name: "distinct",
  sentence: "Boundaries that coincide although no rewriting shows it are refused by name.",
  run(objective, boundaries) {
    const { graph, guide, guided, normals, parameters } = objective;
    const rivals = rivalsAmong(objective, boundaries);
    if (rivals.length === 0) return boundaries;
    const noise = new Float64Array(POINTS * normals.length);
    fillNormals(
      noiseRequest({ out: noise, generator: makeGenerator(SEED), lanes: POINTS, dimensions: normals.length }),
    );
    const inputs = [...parameters, ...normals];
    const points = Array.from({ length: POINTS }, (_, k) => {
      const values = [...guide.space.probe, ...normals.map((_, d) => noise[d * POINTS + k]!)];
      return new Map(inputs.map((node, i) => [node, graph.constant(values[i]!)]));
    });
    for (const { of, others } of rivals) {
      const conditions = others.map(({ condition }) => condition);
      const on = substitute(graph, conditions, surfacesOf(objective, of)[0]!.at);
      const off = substitute(graph, conditions, guided);
      for (const point of points) {
        const sizes = (nodes: readonly number[]): number[] =>
          substitute(graph, nodes, point).map((node) => Math.abs(graph.value(node)));
        const [here, elsewhere] = [sizes(on), sizes(off)];
        const same = others.find((_, j) => here[j]! <= ZERO * elsewhere[j]!);
        if (same)
          throw new RangeError(
            `corrected: conditions \`${of.text()}\` and \`${same.text()}\` cannot be handled exactly; got boundaries that meet though their forms differ, expected one condition; nondiff (not nondiff/core) treats such conditions by crossing both together`,
          );
      }
    }
    return boundaries;
  },
};
