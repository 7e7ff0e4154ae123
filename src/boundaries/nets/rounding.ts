/**
 * By how much ℓ may be off at a place because each of its operations rounds. Of log(1 − p) with p one ten-thousand-million-millionth
 * below 1 the next p that there is gives 0.1 less, so that ℓ goes up in steps, none of which is a jump of the program.
 */
import { gradient } from "../../autodiff/graph/gradient.ts";
import { MASK } from "../../autodiff/graph/graph.ts";
import { PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { evaluationPieces } from "../../autodiff/tape/evaluation.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { RandomLines } from "./random-lines.ts";

/** An operation is right to a quarter of this, relative to its value, as the distance of 1 to the next number is half of it; those of exp and its like to some more. */
const ERROR = 4.44e-16;

/**
 * The bound Σ |∂ℓ/∂v|·|v|·2⁻⁵¹ over all values v of the computation, at one place of each line. To first order, after
 * N. Higham, Accuracy and Stability of Numerical Algorithms (2002), §3.
 */
export function* roundingAt(
  { graph, normals, parameters }: Pick<Objective, "graph" | "normals" | "parameters">,
  terms: readonly NodeId[],
  theta: Float64Array,
  { count, inputsInto }: RandomLines,
  places: Float64Array,
): Pieces<Float64Array> {
  const { algebra: A } = graph;
  const total = graph.sum(terms);
  const values = graph.reachable([total]).filter((node) => !graph.isConstant(node) && !graph.hasFlag(node, MASK));
  const slopes = gradient(graph, total, values);
  const bound = graph.sum(values.map((node, i) => A.abs(A.mul(slopes[i]!, node))));
  const evaluated = yield* evaluationPieces(graph, [bound], {
    engine: PLAIN_ENGINE,
    inputs: parameters,
    laneInputs: normals,
    points: count,
  });
  const inputs = new Float64Array(normals.length * count);
  inputsInto(inputs, places);
  evaluated.run(theta, inputs);
  return evaluated.values(0).map((sum) => sum * ERROR);
}
