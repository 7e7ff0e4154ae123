/**
 * A step of a fit takes the mean of the gradient and of ℓ over the samples of a draw. No sample's own gradient is made where the mean can
 * be had without.
 */
import type { Draw } from "./draw.ts";
import { addLanes, finishInto, learnedPlaces } from "./each-sample.ts";
import { nonFiniteError } from "./non-finite.ts";
import { runSamples, setParameters } from "./sample-tape.ts";
import type { GradientSampler } from "./sampler.ts";

/**
 * Mean gradient over the samples of a draw, into out[0 … size − 1]; returns the mean of ℓ, the ELBO estimate.
 *
 * Throws RangeError naming the site if anything is not finite. Allocates nothing.
 */
export function meanGradientInto(out: Float64Array, sampler: GradientSampler, theta: Float64Array, draw: Draw): number {
  meansInto(out, sampler.elbo, 0, sampler, theta, draw);
  return sampler.elbo[0]!;
}

/** `meanGradientInto` with the mean of ℓ to elbos[at]: a runtime that does not inline a function boxes the number it returns. */
export function meansInto(
  out: Float64Array,
  elbos: Float64Array,
  at: number,
  sampler: GradientSampler,
  theta: Float64Array,
  draw: Draw,
): void {
  if (!tryMeansInto(out, elbos, at, sampler, theta, draw)) throw nonFiniteError(sampler, theta, draw);
}

/** `meansInto` for who expects that it may fail: false where anything is not finite, and no error. */
export function tryMeansInto(
  out: Float64Array,
  elbos: Float64Array,
  at: number,
  sampler: GradientSampler,
  theta: Float64Array,
  draw: Draw,
): boolean {
  const { size, means } = sampler;
  if (means) means().into(out, elbos, at, theta, draw);
  else elbos[at] = meanOfEach(out, sampler, theta, draw);
  let finite = Number.isFinite(elbos[at]);
  for (let p = 0; p < size; p++) if (!Number.isFinite(out[p]!)) finite = false;
  return finite;
}

function meanOfEach(out: Float64Array, sampler: GradientSampler, theta: Float64Array, draw: Draw): number {
  const { nodes } = sampler;
  const each = sampler.each();
  const { tape } = each;
  setParameters(each, nodes, theta, draw.step ?? 0);
  for (let done = 0; done < draw.samples; done += tape.lanes) {
    const n = Math.min(tape.lanes, draw.samples - done);
    runSamples(each, nodes, theta, draw, draw.firstSample + done, n);
    addLanes(each, 0, n, done === 0);
    if (draw.adapt && nodes.adaptive) nodes.adaptive.learn(tape.slots, learnedPlaces(each, nodes.adaptive), n);
  }
  if (draw.adapt) nodes.adaptive?.update();
  return finishInto(out, each, draw.samples);
}
