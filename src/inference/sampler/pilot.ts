/** The samples before the first gradient: an estimator that draws its boundaries learns from them how often each is worth drawing. */
import type { EstimatorNodes } from "../../estimators/estimator.ts";
import type { Generator } from "../../random/index.ts";
import { type EachSample, learnedPlaces } from "./each-sample.ts";
import { runSamples, setParameters } from "./sample-tape.ts";

/** The parts of a sampler that the pilot uses. */
interface Learning {
  readonly nodes: EstimatorNodes;
  readonly each: () => EachSample;
}

/**
 * Lets an estimator that adapts learn at θ before its first gradient; does nothing for others. Numbers that are not finite are left
 * to the gradient to report.
 */
export function pilot(
  { nodes, each: sampled }: Learning,
  theta: Float64Array,
  generator: Generator,
  step: number,
): void {
  if (!nodes.adaptive) return;
  const each = sampled();
  setParameters(each, nodes, theta, step);
  nodes.adaptive.pilot(each.tape, learnedPlaces(each, nodes.adaptive), (stream, samples, first, n) => {
    runSamples(each, nodes, theta, { generator, stream, firstSample: 0, samples }, first, n);
  });
}
