/**
 * A density on the way from a prior to the posterior when latents are summed out of it: each case of those is tempered by itself, Σ_c P(c)·p(z, data | c)^β,
 * and not their sum, (Σ_c P(c)·p(z, data | c))^β.
 *
 *     a coefficient b of N(0, 10²) is in the model or not, at even odds, and the data say 0.8 ± 0.01 of it if it is. (½ + ½·L(b))^β is flat but for a
 *     needle whatever β is, and no particle meets that; ½ + ½·L(b)^β has a slope towards it as long as β is small
 */
import type { NodeId } from "../../../autodiff/ops/op.ts";
import { collapsePieces } from "../../../collapse/collapse.ts";
import { priorSite } from "../../../collapse/dependence.ts";
import { type Pieces, shared } from "../../../pieces/pieces.ts";
import type { Trace } from "../../../program/run.ts";

/** A trace of the same latents, tempered by β, which is an input of its graph. */
export interface TemperedTrace {
  readonly trace: Trace;
  readonly power: NodeId;
}

/** Those that were made: a compiled model is fitted often. */
const MADE: WeakMap<Trace, () => Pieces<TemperedTrace | undefined>> = /* @__PURE__ */ new WeakMap();

/** The tempered one of a trace, the same whenever it is asked for; undefined where nothing was summed out, or not of the latents as they are written. */
export function temperedTrace(trace: Trace): Pieces<TemperedTrace | undefined> {
  const known = MADE.get(trace);
  if (known) return known();
  const made = shared(() => making(trace));
  MADE.set(trace, made);
  return made();
}

function* making({ original, latents }: Trace): Pieces<TemperedTrace | undefined> {
  if (!original) return undefined;
  const { graph } = original;
  const nodes = new Map(original.latents.map(({ name, node }) => [name, node]));
  if (latents.some(({ name, node }) => nodes.get(name) !== node)) return undefined;
  const kept = new Set(latents.map(({ name }) => name));
  const summed = [...original.latents, ...original.finite].flatMap(({ name }) => (kept.has(name) ? [] : [name]));
  const own = new Set(summed.map(priorSite));
  const power = graph.input("power", false);
  const terms = original.terms.map((term) =>
    own.has(term.site) ? term : { ...term, node: graph.algebra.mul(power, term.node) },
  );
  const { trace } = yield* collapsePieces({ ...original, terms }, { only: summed, budget: original.budget });
  return trace.latents.length === latents.length ? { trace, power } : undefined;
}
