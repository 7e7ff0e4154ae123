/**
 * A traced program must be the program: run on plain numbers it must have the same log density. A program that asks a traced value what it
 * is has another one. Under
 *
 *     const z = sample("z", normal(0, 1));
 *     observe(normal(typeof z === "number" ? z : 0, 1), 0.3);
 *
 * the traced program never sees z, so that a fit of it would be a fit of another model, without a word. On plain numbers it is seen, too, where probabilities
 * that other latents move do not sum to 1: of `categorical([p, 0.5])` a trace does not know that.
 */
import { FullGraph } from "../autodiff/full-graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { valuesAt } from "../autodiff/tape/values.ts";
import { UnnormalisedError } from "../distributions/discrete/categorical.ts";
import { normalQuantile } from "../math/normal.ts";
import { finished, type Pieces } from "../pieces/pieces.ts";
import { run, type Trace } from "../program/run.ts";
import { asWritten } from "../program/standardised.ts";

/** Points at which the two are compared, spread about the starts of the latents. */
const POINTS = 2;
/** How far they may be apart, relative to the larger: sums of many terms differ by rounding. */
const AGREEMENT = 1e-6;
/**
 * Less apart than this they are compared anew nearer to the middle, by these shares of the spread: 1 − sigmoid(28) is 1.6e-4 off on plain numbers, and near the
 * middle nothing is.
 */
const ROUNDING = 1e-3;
const NEARER = [0.25, 0.0625];

/** Throws TypeError if a model's program has another log density on plain numbers than its trace. */
export function requirePlainDensity(trace: Trace, points?: number): void {
  finished(comparingDensities(trace, points));
}

/** `requirePlainDensity` in pieces: each run of the program is one of them. */
export function* comparingDensities(traced: Trace, points: number = POINTS): Pieces<void> {
  const trace = asWritten(traced);
  for (let point = 0; point < points; point++) {
    const found = yield* bothAt(trace, point, 1);
    if (!found || found.apart <= AGREEMENT) continue;
    if (found.apart < ROUNDING) {
      const nearer: (Both | undefined)[] = [];
      for (const share of NEARER) nearer.push(yield* bothAt(trace, point, share));
      // Where the program has no density either, nothing but rounding tells.
      if (nearer.some((both) => both && both.apart <= AGREEMENT) || nearer.every((both) => !both)) continue;
    }
    const { traced, plain, shown } = found;
    throw new TypeError(
      `model "${trace.model.name}": run on plain numbers, its program has another log density than traced; got ${traced} traced and ${plain} plain at ${shown.join(", ")}, expected the same; ` +
        `\`typeof\`, \`Number.isFinite\`, \`instanceof\` and the like see no number in a traced value, a raw \`if\` always takes a condition for true, and a program must do the same each time it runs`,
    );
  }
}

/** Both log densities at a point, how far they are apart relative to the larger, and the first of the point's numbers. */
interface Both {
  readonly traced: number;
  readonly plain: number;
  readonly apart: number;
  readonly shown: readonly string[];
}

// At a point that many times the spread from the starts; undefined where the program has no finite density there.
function* bothAt(trace: Trace, point: number, share: number): Pieces<Both | undefined> {
  const { graph, latents, finite, points: spreadless, frozen, terms, checks } = trace;
  // No node is added to the graph, whose order of nodes decides the order of sums.
  const roots = [...terms.map(({ node }) => node), ...checks.map(({ ok }) => ok)];
  // Above and below: on the two sides of a condition in the middle.
  const side = share * (1 - 2 * (point % 2));
  const spread = (i: number): number =>
    side * normalQuantile(0.1 + 0.8 * ((0.618 * (i + 1) + 0.7548 * (point >> 1)) % 1));
  const at = new Map<string, number>();
  const values = new Map<NodeId, number>();
  const set = (name: string, node: NodeId, value: number): void => {
    at.set(name, value);
    values.set(node, value);
  };
  latents.forEach(({ name, node, start }, i) => {
    const { mean, sd } = start?.() ?? { mean: 0, sd: 1 };
    if (!(sd > 0)) throw new RangeError(`sample "${name}": prior has no spread; got sd ${sd}, expected > 0`);
    set(name, node, mean + sd * spread(i));
  });
  finite.forEach(({ name, node, values: all }, i) => {
    set(name, node, all[(i + point) % all.length]!);
  });
  for (const { name, node, start } of spreadless) set(name, node, start);
  frozen.forEach(({ name, noise }, i) => {
    set(name, noise, spread(i + 0.5));
  });
  yield;
  // Probabilities at values that cannot come together, as a second table of a restaurant without a first one, may be any.
  const masses = finite.flatMap(({ node, values: all, logMasses }) => logMasses[all.indexOf(values.get(node)!)]!);
  const isPossible = !valuesAt(graph, masses, values).includes(Number.NEGATIVE_INFINITY);
  const found = valuesAt(graph, roots, values);
  const traced = found.slice(0, terms.length).reduce((sum, value) => sum + value, 0);
  if (found.slice(terms.length).includes(0) || !Number.isFinite(traced)) return undefined;
  yield;
  const shown = [...at].slice(0, 4).map(([name, value]) => `${name}=${value}`);
  const plain = plainDensity(trace, (name) => at.get(name) ?? 0, shown, isPossible);
  if (plain === undefined) return undefined;
  return { traced, plain, apart: Math.abs(plain - traced) / Math.max(1, Math.abs(plain), Math.abs(traced)), shown };
}

// The program on a graph whose inputs are constants, which its statements hand out as numbers; undefined where it has no finite density there. An error
// that is none of ours, as that of new Array(0.3), is the program's: of a traced z there is no wrong length.
function plainDensity(
  { model, extension }: Trace,
  numberOf: (name: string) => number,
  at: readonly string[],
  isPossible: boolean,
): number | undefined {
  try {
    const graph = new FullGraph();
    const { terms } = run(model, graph, { input: (name) => graph.constant(numberOf(name)), extension });
    const total = graph.sum(terms.map(({ node }) => node));
    return graph.isConstant(total) && Number.isFinite(graph.value(total)) ? graph.value(total) : undefined;
  } catch (error) {
    if (isPossible && error instanceof UnnormalisedError)
      throw new RangeError(
        `${error.message} (model "${model.name}", at ${at.join(", ")}); to try: each divided by their sum`,
        { cause: error },
      );
    if (!(error instanceof Error) || /; got [\s\S]*, expected /.test(error.message) || /call stack/.test(error.message))
      return undefined;
    throw new TypeError(
      `model "${model.name}": run on plain numbers, its program fails; got ${error.name}: ${error.message} at ${at.join(", ")}, expected it to run as traced`,
      { cause: error },
    );
  }
}
