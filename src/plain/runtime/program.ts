/** The transform wraps a call around the function that is given to `defineModel`. Here is what that call does: the run of a plain program. */
import { print } from "../../autodiff/graph/infix-text.ts";
import type { Program, ProgramContext } from "../../program/model.ts";
import { conditionPlaces, noteSite } from "../../program/places.ts";
import { currentFrame, type Frame, requireInRound, withFrame } from "./frame.ts";
import { located, refuse } from "./refusal.ts";
import { HalfSet } from "./values.ts";
import { noteLatent } from "./writes.ts";

const TRANSFORMED = new WeakSet<object>();

/** Whether the transform made the program. */
export function isTransformed(program: unknown): boolean {
  return typeof program === "function" && TRANSFORMED.has(program);
}

/** The program as models run it; anything but a function is left to `defineModel` to refuse. */
export function program(written: unknown): unknown {
  if (typeof written !== "function") return written;
  const made: Program = (context) => {
    const frame: Frame = { context, arms: [], place: undefined, left: undefined, session: undefined };
    try {
      // What a program returns is for the model to judge: a promise is refused there.
      const returned = withFrame(frame, () => (written as Program)(noting(made, context, frame)));
      requireUsed(frame);
      return returned;
    } catch (error) {
      throw inPlainWords(error);
    }
  };
  TRANSFORMED.add(made);
  return made;
}

// A condition that decides nothing was asked for its truth by code that is not rewritten, which takes every condition for true; unless others that
// were made at its place decide something, as those of all but the last round of a loop with `isOn = level > 2`.
function requireUsed({ session }: Frame): void {
  if (!session || session.unusedConditions.size === 0) return;
  const places = conditionPlaces(session.graph);
  const unused = new Set([...session.unusedConditions].map(({ node }) => node));
  const used = new Set([...places].map(([node, place]) => (unused.has(node) ? undefined : place)));
  for (const condition of session.unusedConditions) {
    const { node } = condition;
    const place = places.get(node);
    if (place !== undefined && used.has(place)) session.unusedConditions.delete(condition);
    else if (place !== undefined)
      refuse(
        place,
        `a condition on a latent was made but never used; got \`${print(session.graph, node)}\`, which code that is not rewritten takes for true, expected it in \`if\`, \`?:\`, \`&&\` or \`||\` of the program or of a function marked /* @nondiff */`,
      );
  }
}

// The context, with statements that note where they stand.
function noting(made: Program, context: ProgramContext, frame: Frame): ProgramContext {
  let observations = 0;
  let factors = 0;
  const at = (kind: string, name: unknown): void => {
    if (frame.place) noteSite(made, `${kind} "${String(name)}"`, frame.place);
  };
  const named =
    <A extends unknown[], R>(kind: string, run: (name: string, ...rest: A) => R) =>
    (name: string, ...rest: A): R => {
      at(kind, name);
      return run(name, ...rest);
    };
  return {
    ...context,
    sample: named("sample", (name: string, prior: unknown) =>
      noteLatent((context.sample as (name: string, prior: unknown) => unknown)(name, prior), prior),
    ) as ProgramContext["sample"],
    observe: ((distribution: never, value: never, name = `y${observations}`) => {
      observations++;
      at("observe", name);
      context.observe(distribution, value, name);
    }) as ProgramContext["observe"],
    frozen: named("frozen", context.frozen),
    factor: ((...terms: [never]) => {
      at("factor", typeof terms[0] === "string" ? terms[0] : `f${factors++}`);
      context.factor(...terms);
    }) as ProgramContext["factor"],
  };
}

/** `f(…)` for a statement of a program such as `observe(…)`: its errors say where it stands. */
export function call(place: string, f: unknown, ...values: unknown[]): unknown {
  const frame = currentFrame();
  const outer = frame?.place;
  requireInRound(frame, "a statement", place);
  requireSet(values);
  if (frame) frame.place = place;
  try {
    return (f as (...values: unknown[]) => unknown)(...values);
  } catch (error) {
    throw located(error, place);
  } finally {
    if (frame) frame.place = outer;
  }
}

// A distribution takes any value as a parameter; of one that an arm left undefined the refusal names the variable.
function requireSet(values: readonly unknown[]): void {
  for (const value of values) {
    if (value instanceof HalfSet) value.read();
    const { parameters } = (value ?? {}) as { parameters?: unknown };
    if (Array.isArray(parameters)) requireSet(parameters.map((parameter) => (parameter as { value?: unknown })?.value));
  }
}

// JavaScript's own functions ask a latent for a number or a text, as `"ab".charCodeAt(k)` does. Whoever wrote a plain program knows no `where` and `add`.
function inPlainWords(error: unknown): unknown {
  const found = error instanceof TypeError ? /has no plain value; (.*?)(?= \(model|$)/s.exec(error.message) : null;
  if (!found) return error;
  const { message, stack } = error as TypeError;
  const told =
    "got it where JavaScript needs a number or a text of its own, expected a value without latents; to try: pick(values, k) for an index, /* @nondiff */ before a function that computes with it";
  (error as TypeError).message = message.replace(found[1]!, told);
  if (stack) (error as TypeError).stack = stack.replace(message, (error as TypeError).message);
  return error;
}
