/**
 * `nondiff/testing`: property-based tests of gradients, for fast-check (4 or later, an optional peer dependency): programs of many kinds as
 * data, conditions, parameters, and the law that a gradient is unbiased.
 */
export {
  conditions,
  type DrawnProgram,
  kindOf,
  type ProgramsOptions,
  parameters,
  parametersOf,
  programOf,
  programs,
} from "./arbitraries.ts";
export { KINDS } from "./kinds/all.ts";
export { type Draw, drawFrom, type Kind, NUMBERS } from "./kinds/kind.ts";
export type { Statement, Term } from "./kinds/language.ts";
export { type UnbiasedOptions, unbiased } from "./law.ts";
export { type Outcome, outcomeOf, type Verdict } from "./outcome.ts";
export { modelOf, sourceOf } from "./reading.ts";
