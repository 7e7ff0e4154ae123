/** Running a program with all statements that `nondiff` has: see `run.ts` for the run itself and `statements.ts` for what is added. */
import { FullGraph } from "../autodiff/full-graph.ts";
import type { GraphOptions } from "../autodiff/graph/graph.ts";
import type { Pieces } from "../pieces/pieces.ts";
import { bounded } from "./bounds.ts";
import { requireNoEscapes } from "./mistakes/escapes.ts";
import { withStates } from "./mistakes/unread-states.ts";
import { type Model, type ProgramContext, requireName } from "./model.ts";
import { type CoreContext, type Drawn, type Extension, type Scope, type Trace, traceOn } from "./run.ts";
import { withStatements } from "./statements.ts";

export type { FiniteLatent, Latent, Term, Trace } from "./run.ts";

/** Runs the program of a model, its latents bounded by their data; throws with the model's own words if it is not a valid one. */
export function trace(model: Model, options?: GraphOptions, statements: Extension = withStatements): Trace {
  const traced = traceAsWritten(model, options, statements);
  const within = bounded(traced);
  return within === model ? traced : withDrawn(new FullGraph(options), within, statements);
}

/** Terms of which a trace keeps what they are densities of, so that who asks for it need not run the program again: those of 10⁵ observations take 50 MB. */
const FEW_TERMS = 1000;

function withDrawn(graph: FullGraph, model: Model, statements: Extension): Trace {
  let drawn: (Drawn | undefined)[] | undefined = [];
  const traced = traceOn(graph, model, withStates(model, statements), (term) => {
    if (drawn?.length === FEW_TERMS) drawn = undefined;
    drawn?.push(term);
  });
  return drawn ? { ...traced, drawn } : traced;
}

// Nodes of about 700 observations with a switch, after which the other 9,300 take half as long as without; and statements, as observations of
// equal values at equal places have their nodes in common. A sixteenth of it comes first, then a quarter: in a fresh process all of it at once takes 40 ms.
const REHEARSED = 4096;
const REHEARSED_STATEMENTS = 700;

// Fails at the first statement after a share of so many nodes or statements.
const beginning =
  (share: number): Extension =>
  (core, scope) => {
    let statements = 0;
    const upToThere =
      <Given extends never[]>(statement: (...given: Given) => unknown) =>
      (...given: Given) => {
        if (++statements > share * REHEARSED_STATEMENTS || scope.session.graph.size > share * REHEARSED)
          throw new Error("rehearsed");
        return statement(...given);
      };
    const { sample, observe, factor, ...others } = withStatements(core, scope);
    return {
      ...others,
      sample: upToThere(sample) as typeof sample,
      observe: upToThere(observe) as typeof observe,
      factor: upToThere(factor) as typeof factor,
    };
  };

/**
 * Runs the beginning of a program and forgets it. A program runs at once, and its first operations take ten times as long as later ones,
 * as JavaScript engines compile what has run often: 10,000 observations take 220 ms, or 50 and, after a turn of the event loop, 100.
 * Errors are for the run that counts to tell.
 */
export function* rehearse(model: Model): Pieces<void> {
  let turns = 2; // in Node.js, immediate callbacks of what a timer called come before the next timer
  for (const share of [1 / 16, 1 / 4, 1]) {
    try {
      traceAsWritten(model, {}, beginning(share));
      break;
    } catch {}
    yield;
    turns--;
  }
  do yield;
  while (--turns > 0);
}

/** The same over the supports that the priors have. */
export function traceAsWritten(model: Model, options?: GraphOptions, statements: Extension = withStatements): Trace {
  // Of the latest site; an observation without a name has its number.
  let [kind, name] = ["", ""];
  let observations = 0;
  const noted = (core: CoreContext, scope: Scope): ProgramContext => {
    const { sample, observe, ...others } = statements(core, scope);
    return {
      ...others,
      sample: ((latent: string, prior: never) => {
        requireName("sample", latent);
        let x: unknown;
        try {
          x = sample(latent, prior);
        } catch (error) {
          throw ofThisCopy(`sample "${latent}"`, error);
        }
        kind = "sample";
        name = latent;
        return x as never;
      }) as typeof sample,
      observe: ((distribution: never, value: never, label?: string) => {
        try {
          observe(distribution, value, label);
        } catch (error) {
          throw ofThisCopy(`observe "${label ?? `y${observations}`}"`, error);
        }
        kind = "observe";
        name = label ?? "";
        observations++;
      }) as typeof observe,
    };
  };
  requireRunnable(model);
  try {
    const traced = withDrawn(new FullGraph(options), model, noted);
    requireNoEscapes(traced);
    return traced;
  } catch (error) {
    if (!(error instanceof RangeError && /call stack/.test(error.message)))
      throw model?.name
        ? placed(
            error,
            model.name,
            kind ? `after ${kind} "${name || `y${observations - 1}`}"` : "before its first site",
          )
        : error;
    throw new RangeError(
      `model "${model.name}": its branches are nested too deeply; got ${error.message.toLowerCase()}, expected some hundreds inside each other at most`,
    );
  }
}

// Of a generator nothing runs before it is asked for values, and a class cannot be called.
function requireRunnable(model: Model): void {
  if (typeof model?.program !== "function") return;
  const { name, program } = model;
  const kind = Object.prototype.toString.call(program);
  const isClass = /^class\b/.test(String(program));
  if (isClass || kind.endsWith("GeneratorFunction]"))
    throw new TypeError(
      `model "${name}": the program cannot be run; got a ${isClass ? "class" : "generator (function*)"}, expected a function such as ({ sample, observe }) => …`,
    );
}

/**
 * The error of a statement. No code of a program runs in it but that of a distribution of its own: operators on traced values there are those of a distribution that another
 * copy of the library made, whose functions take these values for objects.
 */
function ofThisCopy(site: string, error: unknown): unknown {
  if (!(error instanceof TypeError && /it has no plain value|of another copy of nondiff/.test(error.message)))
    return error;
  return new TypeError(
    `${site}: its distribution takes no traced values of this copy of nondiff; got that of another, or operators`,
    { cause: error },
  );
}

// Those that the package does not export by these names.
const STATEMENTS: readonly string[] = ["branch", "factor", "observe", "param", "sample", "track"];

/**
 * The error with the place in the program, if it has none: a distribution is made before the site that is given it, so that `categorical([0.2, 0.2])` is
 * refused by itself.
 */
function placed(error: unknown, model: string, latest: string): unknown {
  if (!(error instanceof RangeError || error instanceof TypeError)) return error;
  const { message } = error;
  const [, missing] = /(\w+) is not a function$/.exec(message) ?? [];
  if (missing && STATEMENTS.includes(missing))
    return new TypeError(
      `model "${model}": ${message}; got it ${latest}, expected it from what a program is given: ({ sample, observe, ${missing} }) => …`,
      { cause: error },
    );
  if (error instanceof TypeError && (missing || /not extensible$/.test(message)))
    return new TypeError(
      `model "${model}": ${message}; got it ${latest}, expected functions for what is traced: add(z, 1) in place of z.add(1)`,
      { cause: error },
    );
  const isOurs = /^[\w ]+: .*; got .*, expected /.test(message);
  if (!isOurs || message.includes(`"${model}"`) || /(sample|observe|factor|frozen|track|param) "/.test(message))
    return error;
  const Kind = error instanceof RangeError ? RangeError : TypeError;
  return new Kind(`${message} (model "${model}", ${latest})`, { cause: error });
}

/** The trace itself, whose density is one of continuous latents alone: TypeError if a discrete one is left. */
export function continuous(traced: Trace): Trace {
  const [first] = traced.finite;
  if (first)
    throw new TypeError(
      `model "${traced.model.name}": discrete latent "${first.name}" is summed out by nothing; got ${first.prior.name}, expected a fit that collapses`,
    );
  return traced;
}
