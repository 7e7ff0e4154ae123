/**
 * A look at rewritten terms: where a pass has taken conditions apart, what it made has to have the value of what the program says, at
 * points all over where guides lie. Passes are meant to keep every truth value; one that did not would make gradient and ELBO wrong
 * together, and nothing would show it. Terms that no pass has changed cost nothing here.
 */
import { PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import { evaluation } from "../../autodiff/tape/evaluation.ts";
import type { Objective } from "../../objective/objective.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../random/index.ts";

const POINTS = 512;
const SEED = 1806_00176; // any
/** Standard deviations, in turn: near 0 and far. */
const SPREADS = [0.3, 1, 3];
/** Values may differ by rounding. */
const ROUNDING = 1e-8;

/** Throws RangeError, naming the first site, if a term has another value after rewriting than before. */
export function requireSameTerms(before: Objective, after: Objective): void {
  const changed = before.terms.flatMap(({ node }, k) => (node === after.terms[k]?.node ? [] : [k]));
  if (changed.length === 0) return;
  const { graph, guide, normals, parameters, terms, variables } = before;
  const inputs = [...new Set([...variables.map(({ node }) => node), ...normals])];
  const noise = new Float64Array(POINTS * inputs.length);
  fillNormals(noiseRequest({ out: noise, generator: makeGenerator(SEED), lanes: POINTS, dimensions: inputs.length }));
  for (let i = 0; i < noise.length; i++) noise[i]! *= SPREADS[(i % POINTS) % SPREADS.length]!;
  const nodes = changed.flatMap((k) => [terms[k]!.node, after.terms[k]!.node]);
  const { run, values } = evaluation(graph, nodes, {
    engine: PLAIN_ENGINE,
    inputs: parameters,
    laneInputs: inputs,
    points: POINTS,
  });
  run(guide.space.probe, noise);
  changed.forEach((k, j) => {
    const [raw, rewritten] = [values(2 * j), values(2 * j + 1)];
    const at = raw.findIndex((value, i) => !agree(value, rewritten[i]!));
    if (at < 0) return;
    const point = variables.map(({ name, node }) => `${name}=${noise[inputs.indexOf(node) * POINTS + at]!.toFixed(4)}`);
    throw new RangeError(
      `corrected: the conditions of ${terms[k]!.site} cannot be taken apart; got ${rewritten[at]} for ${raw[at]} at ${point.slice(0, 6).join(", ")}, expected the same value; score() is unbiased for any condition`,
    );
  });
}

function agree(x: number, y: number): boolean {
  return Object.is(x, y) || Math.abs(x - y) <= ROUNDING * Math.max(1, Math.abs(x));
}
