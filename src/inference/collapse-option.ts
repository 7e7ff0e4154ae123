/** The option `collapse` of fits and gradients: which latents are summed out of the model before a guide is put over the others. */
import { describe } from "../autodiff/expr.ts";
import { requireOptions } from "../checks/options.ts";
import { type CollapseChoice, type CollapseResult, collapsePieces } from "../collapse/collapse.ts";
import { keepingParameters } from "../guides/kept-parameters.ts";
import type { InTime } from "../pieces/in-time.ts";
import { type Pieces, type Piecewise, piecewise } from "../pieces/pieces.ts";
import { type StandardiseOption, standardised } from "../program/standardised.ts";
import type { Trace } from "../program/trace.ts";

/**
 * "auto": all latents that reach the model only through conditions, within the budgets. `{ only: ["z"] }`: of these the named ones;
 * `{ budget: 1000 }`: with tables of at most 1000 entries. false: none but discrete ones, which have no guide.
 */
export type CollapseOption = "auto" | false | CollapseChoice;

/**
 * Rewrites a trace as the options ask: first it writes latents by their noise, then it sums others out, but for none where there is no time and they
 * can have a guide. TypeError if they are no options.
 */
export function collapseUnder(
  caller: string,
  option: CollapseOption,
  standardise?: StandardiseOption,
  inTime?: InTime,
): Piecewise<[trace: Trace], CollapseResult> & { readonly pieces: (trace: Trace) => Pieces<CollapseResult> } {
  if (option !== false && option !== "auto" && (typeof option !== "object" || option === null))
    throw new TypeError(
      `${caller}: collapse is no choice of latents; got ${describe(option)}, expected "auto", false, or { budget, only }`,
    );
  if (typeof option === "object") {
    const { only } = requireOptions<CollapseChoice>("collapse", option, { budget: "any", only: "any" });
    if (only !== undefined && !Array.isArray(only))
      throw new TypeError(`collapse: only is no list of latents; got ${describe(only)}, expected names such as ["z"]`);
  }
  const choice = option === false ? { only: [] } : option === "auto" ? {} : option;
  return piecewise(function* (trace) {
    const written = standardised(trace, standardise);
    const work = collapsePieces(written, choice);
    const result =
      (yield* inTime?.(work, written.finite.length > 0) ?? work) ?? (yield* collapsePieces(written, { only: [] }));
    return { ...result, trace: keepingParameters(result.trace) };
  });
}
