/**
 * Arbitraries for fast-check: programs of all kinds, conditions over names, and parameters of a guide.
 *
 *     fc.assert(
 *       fc.property(
 *         programs({ kinds: ["product"] }).chain((program) => fc.tuple(fc.constant(program), parameters(program.model))),
 *         ([{ model }, params]) => unbiased(model, { params }),
 *       ),
 *     );
 */

import fc from "fast-check";
import { refuse, requireList, requireMethod, requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import { shown } from "../checks/shown.ts";
import type { Guide, GuideParameters } from "../guides/guide.ts";
import { meanField } from "../guides/mean-field.ts";
import { nearStart } from "../guides/near-start.ts";
import type { Model } from "../program/model.ts";
import { trace } from "../program/trace.ts";
import { KINDS } from "./kinds/all.ts";
import { drawFrom, type Kind, NUMBERS } from "./kinds/kind.ts";
import type { Statement, Term } from "./kinds/language.ts";
import { tested } from "./kinds/tests.ts";
import { modelOf, sourceOf } from "./reading.ts";

/** A program that was drawn: the data, the model made of them, and the text that a user would have written. */
export interface DrawnProgram {
  readonly kind: string;
  readonly statements: readonly Statement[];
  readonly model: Model;
  /** A module whose default export is the model. */
  readonly source: string;
  /** The source: what fast-check prints. */
  readonly toString: () => string;
}

export interface ProgramsOptions {
  /** Names of kinds (default all). */
  readonly kinds?: readonly string[];
}

/** Steps into which [0, 1) is divided: numbers of programs shrink to small whole ones. */
const STEPS = 2 ** 16;

const fractions: fc.Arbitrary<number[]> = fc.array(
  fc.noBias(fc.nat(STEPS - 1)).map((k) => k / STEPS),
  { minLength: NUMBERS, maxLength: NUMBERS },
);

/** Programs of the given kinds; they shrink to simpler ones of the same kind. RangeError for a name that is no kind. */
export function programs(options: ProgramsOptions = {}): fc.Arbitrary<DrawnProgram> {
  requireNoMore("programs", 1, arguments);
  const { kinds } = requireOptions("programs", options, { kinds: "object" });
  const chosen = kinds ? kinds.map((name) => named("programs", name)) : KINDS;
  return fc.tuple(fc.constantFrom(...chosen), fractions).map(([kind, numbers]) => programOf(kind, numbers));
}

/** The program of a kind that such numbers in [0, 1) make. */
export function programOf(kind: Kind, numbers: ArrayLike<number>): DrawnProgram {
  requireNoMore("programOf", 2, arguments);
  requireMethod("programOf", "a kind", kind, "program", "one of KINDS");
  const statements = kind.program(drawFrom(requireList("programOf", "numbers", numbers, "an array of numbers")));
  const source = sourceOf(kind.name, statements);
  return { kind: kind.name, statements, model: modelOf(kind.name, statements), source, toString: () => source };
}

/** The kind of that name; RangeError if there is none. */
export function kindOf(name: string): Kind {
  requireNoMore("kindOf", 1, arguments);
  return named("kindOf", name);
}

function named(caller: string, name: string): Kind {
  const found = KINDS.find((kind) => kind.name === name);
  if (!found)
    throw new RangeError(
      `${caller}: no such kind; got ${shown(name)}, expected one of ${KINDS.map((kind) => `"${kind.name}"`).join(", ")}`,
    );
  return found;
}

/** Comparisons of two names, joined by and, or, not: terms for programs as data. */
export function conditions(x: Term, y: Term): fc.Arbitrary<Term> {
  requireNoMore("conditions", 2, arguments);
  for (const term of [x, y])
    if (typeof term !== "number" && typeof term !== "string" && !Array.isArray(term))
      refuse("conditions", "a term", term, 'a name, a number or an array such as ["exp", "x"]');
  return fractions.map((numbers) => tested(drawFrom(numbers), x, y));
}

/**
 * Parameters of a guide of the model's latents (default `meanField()`): means within a standard deviation of the prior's, sds from a fifth to one and a
 * half of it, and under full rank shares up to 1.2 sds of the later latent for one of the earlier.
 */
export function parameters(model: Model, guide: Guide = meanField()): fc.Arbitrary<GuideParameters> {
  requireNoMore("parameters", 2, arguments);
  requireMethod("parameters", "a guide", guide, "over", "a guide such as meanField()");
  requireMethod("parameters", "a model", model, "program", "one made by defineModel()");
  return fractions.map((numbers) => parametersOf(model, numbers, guide));
}

/** The parameters that such numbers in [0, 1) make. */
export function parametersOf(model: Model, numbers: ArrayLike<number>, guide: Guide = meanField()): GuideParameters {
  requireNoMore("parametersOf", 3, arguments);
  requireMethod("parametersOf", "a model", model, "program", "one made by defineModel()");
  const draw = drawFrom(requireList("parametersOf", "numbers", numbers, "an array of numbers"));
  requireMethod("parametersOf", "a guide", guide, "over", "a guide such as meanField()");
  return nearStart(guide.over(trace(model)), {
    mean: () => draw.either(0, 1),
    sd: () => draw.real(0.2, 1.5),
    share: () => draw.either(0, 1.2),
  });
}
