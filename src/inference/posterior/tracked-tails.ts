/**
 * Tracked numbers without moments. A quotient of two latents, of which the divisor may be 0, has neither a mean nor an sd however well both are known,
 * and draws give it some all the same: a/b of a = 3 ± 1 and b = 0.8 ± 1 has a median of 2.1, and a mean of −20 ± 2162 by 16,384 draws, on each seed.
 */
import { inputIndex } from "../../autodiff/graph/graph.ts";
import { log } from "../../math/elementary.ts";
import { squared } from "../../math/squared.ts";
import { type LongTail, shareOf, type WeighedDraws } from "./adaptation/long-tails.ts";
import { systematic } from "./guide-draws.ts";
import { paretoSmoothed } from "./pareto-tail.ts";
import { givenNodes, type Source, valuesOf } from "./source.ts";

/** Draws that are looked at, and the fewest at which a number that is tracked in an arm has to be one, and to be another than its median. */
const [DRAWS, FEWEST] = [2048, 256];
/** Half of the variance of a number without moments comes from less of it; of a lognormal whose logs have an sd of 1 from 2 %. */
const SMALL = 0.01;
/** The shape of a Pareto tail from which on it is told: 0.5 is the last with an sd, 1 the last with a mean; fits to 136 numbers are 0.1 to 0.2 off. */
const SHAPE = 0.6;

/**
 * Numbers, tracked ones of the program, that depend on latents which are drawn, and whose tail has the shape of one without an sd: a few draws have half of the
 * variance, and a Pareto distribution fitted to the largest has no sd.
 */
export function trackedTails(
  source: Pick<Source, "trace" | "engine" | "components">,
  { kept, weights }: WeighedDraws,
): LongTail[] {
  const { trace } = source;
  const { graph, latents, finite, quantities } = trace.original ?? trace;
  const own = new Set([...latents, ...finite].map(({ name }) => name));
  const total = weights.length;
  const chosen = systematic(weights, DRAWS, 0.5);
  const inputs = new Map(
    trace.latents.map(({ node }, i) => [node, Float64Array.from(chosen, (d) => kept[i * total + d]!)] as const),
  );
  const known = new Set([...inputs.keys(), ...givenNodes(trace)]);
  const tracked = quantities.filter(
    ({ name, node, live }) =>
      !own.has(name) &&
      !graph.isConstant(node) &&
      graph.reachable([node, live]).every((below) => inputIndex(graph, below) < 0 || known.has(below)),
  );
  if (tracked.length === 0) return [];
  const nodes = tracked.flatMap(({ node, live }) => [node, live]);
  const values = valuesOf(source, nodes, inputs, DRAWS);
  return tracked.flatMap(({ name }, q): LongTail[] => {
    const live = values[2 * q + 1]!;
    const numbers = values[2 * q]!.filter((x, d) => live[d] !== 0 && Number.isFinite(x));
    const half = numbers.length < FEWEST ? undefined : halfOf(numbers);
    return half === undefined ? [] : [{ name, half, error: 0 }];
  });
}

// The share of the draws that has half of the variance, if their tail is such a one.
function halfOf(numbers: Float64Array): number | undefined {
  const sorted = numbers.slice().sort();
  const middle = sorted[sorted.length >> 1]!;
  const squares = numbers.map((x) => squared(x - middle));
  const equally = new Float64Array(numbers.length).fill(1 / numbers.length);
  const variance = squares.reduce((sum, square) => sum + square, 0) / numbers.length;
  // A loss that is mostly 0 has no tail that few numbers above 0 could tell of.
  const apart = squares.filter((square) => square > 0);
  if (!(variance > 0) || apart.length < FEWEST) return undefined;
  const half = shareOf(squares, equally, variance / 2);
  return half < SMALL && paretoSmoothed(apart.map((square) => 0.5 * log(square))).kHat > SHAPE ? half : undefined;
}
