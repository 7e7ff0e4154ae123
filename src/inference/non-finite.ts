/** Finding out why a number is not finite, so that the error can name the site. */
import { exprOf, nodeOf, type Real } from "../autodiff/expr.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { substitute } from "../autodiff/substitute.ts";
import { compileTape, runLanes, runUniform } from "../autodiff/tape.ts";
import type { Target } from "../estimators/target.ts";
import { sdOfRho } from "../guides/mean-field.ts";
import type { Term } from "../program/trace.ts";
import { fillNormals } from "../random/index.ts";
import type { Draw, GradientSampler } from "./sampler.ts";

/** The error for a draw on which ℓ or the gradient is not finite: the first sample and term, or the parameter. */
export function nonFiniteError(sampler: GradientSampler, theta: Float64Array, draw: Draw): RangeError {
  const { target, model } = sampler;
  const probe = makeProbe(target);
  const noise = new Float64Array(sampler.nodes.normals.length); // the target's own come first
  const fill = sampler.estimator.noise?.fill ?? fillNormals;
  const { generator, stream, firstSample, group = draw.samples } = draw;
  for (let i = 0; i < draw.samples; i++) {
    fill(noise, 0, 1, generator, stream, firstSample + i, 1, noise.length, group);
    const fault = probe(theta, noise);
    if (fault) return new RangeError(`${fault} (model "${model.name}", sample ${draw.firstSample + i} of the guide)`);
  }
  return new RangeError(
    `model "${model.name}": the gradient by ${sampler.estimator.name} is not finite though every log density is; got ${narrowest(target, theta)}, expected densities differentiable at the guide's samples, conditions whose slopes do not overflow, and no sd near 0`,
  );
}

// Derivatives in a guide's parameters grow like 1/sd.
function narrowest({ trace: { latents } }: Target, theta: Float64Array): string {
  const sds = latents.map((_, i) => sdOfRho(theta[latents.length + i]!));
  const least = sds.indexOf(Math.min(...sds));
  return `the narrowest guide of "${latents[least]?.name}" with sd=${sds[least]}`;
}

/** What is wrong with ℓ at given parameters and noise, as the beginning of an error message; undefined if nothing is. */
export function makeProbe(target: Target): (theta: ArrayLike<number>, noise: ArrayLike<number>) => string | undefined {
  const { graph, trace, terms, guided, parameters, normals, guide } = target;
  const at = (nodes: readonly NodeId[]): NodeId[] => substitute(graph, nodes, guided);
  const details = terms.map((_, j) => {
    const term = trace.terms[j];
    const named = term ? namedIn(term) : [guideSd(exprOf(graph, guide.sigma[j - trace.terms.length]!))];
    const nodes = at(named.map(({ value }) => nodeOf(graph, value)));
    return { term, named, nodes, live: at([term?.live ?? graph.truth(true)])[0]! };
  });
  const values = at(terms.map(({ node }) => node));
  const asReal = (mask: NodeId): NodeId => graph.algebra.where(mask, graph.constant(1), graph.constant(0));
  const { checks } = graph;
  const ranges = at(checks.flatMap(({ ok, value }) => [asReal(ok), value]));
  const outputs = [...values, ...details.flatMap(({ nodes, live }) => [asReal(live), ...nodes]), ...ranges];
  const tape = compileTape(graph, outputs, { laneInputs: normals, lanes: 1 });
  const index = new Map(parameters.map((node, i) => [node, i]));
  return (theta, noise) => {
    for (const { node, offset } of tape.uniformInputs) tape.slots[offset] = theta[index.get(node)!]!;
    runUniform(tape);
    for (let d = 0; d < normals.length; d++) tape.slots[tape.noiseOffset + d] = noise[d]!;
    runLanes(tape, 1);
    const read = (output: number): number => tape.slots[tape.outputs[output]!.offset]!;
    const firstRange = outputs.length - ranges.length;
    for (const [j, check] of checks.entries())
      if (read(firstRange + 2 * j) === 0) return check.outside(read(firstRange + 2 * j + 1));
    let next = values.length;
    for (let j = 0; j < values.length; j++) {
      const { term, named } = details[j]!;
      const live = read(next++) !== 0;
      const found = named.map((entry) => ({ ...entry, value: read(next++) }));
      const invalid = live ? found.find((entry) => entry.valid?.(entry.value) === false) : undefined;
      if (Number.isFinite(read(j)) && !invalid) continue;
      const got = found.map(({ name, value }) => `${name}=${value}`).join(", ") || "no values";
      const expected = invalid?.expected ?? "a finite log density";
      return `${terms[j]!.site}: log density of ${term ? (term.distribution?.name ?? "the term") : "the guide"} is ${read(j)}; got ${got}, expected ${expected}`;
    }
    return undefined;
  };
}

interface Named {
  readonly name: string;
  readonly value: Real;
  readonly valid?: (value: number) => boolean;
  readonly expected?: string;
}

// The value and the parameters of a term. The support is the range of the value, ℝ excepted: a value that is not finite is
// a symptom, not a cause.
function namedIn({ distribution, value }: Term): Named[] {
  const { support, parameters = [] } = distribution ?? {};
  const range =
    support && support.text !== "ℝ" ? { valid: support.contains, expected: `value in ${support.text}` } : {};
  return [...(value === undefined ? [] : [{ name: "value", value, ...range }]), ...parameters];
}

// Below the normal range 1/sd overflows.
const guideSd = (value: Real): Named => ({
  name: "sd",
  value,
  valid: (sd) => sd >= 2.2250738585072014e-308 && sd < Infinity,
  expected: "2.3e-308 ≤ sd < ∞",
});
