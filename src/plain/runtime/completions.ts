/**
 * How an arm or the body of a loop ends: it goes on, it returns, or it jumps out of a loop, and on a latent it may do each where some condition holds.
 *
 *     if (z > 1) return 10;       Sometimes: "return" where z > 1, with 10
 *     if (z > 2) break;           and "break" where not z > 1 and z > 2; elsewhere it goes on
 *
 * Code that goes on gives undefined, code that returns `[value]`, and code that jumps `[undefined, "break"]`, `[undefined, "continue outer"]`.
 */
import { and, type Condition, not, or, type Truth } from "../../autodiff/expr.ts";
import { both, type State } from "./arms.ts";
import { type Made, select } from "./values.ts";

/** What leaves the code at one target, where, and with which value. */
export interface Exit {
  readonly when: Truth;
  readonly value: unknown;
}

/** The code is left where a condition holds, or everywhere, but not everywhere to the same target. */
export class Sometimes {
  /** By target: "return", "break", "continue", "break outer". */
  readonly exits: ReadonlyMap<string, Exit>;
  /** Where it is left at all. */
  readonly when: Truth;
  /** Of values that variables have after it those that they have where it goes on: of where(z > 1, i, i + 1) after `if (z > 1) break; i++;` it is i + 1. */
  readonly onward: Onward;

  constructor(exits: ReadonlyMap<string, Exit>, when: Truth, onward: Onward) {
    this.exits = exits;
    this.when = when;
    this.onward = onward;
  }
}

type Onward = ReadonlyMap<unknown, unknown>;
type Jump = readonly [value: unknown, to?: string];
export type Completion = Jump | Sometimes | undefined;
export type Run = () => Completion;

/** By target, what leaves the code. */
export function exitsOf(completion: Completion): ReadonlyMap<string, Exit> {
  if (completion instanceof Sometimes) return completion.exits;
  return new Map(completion ? [[completion[1] ?? "return", { when: true, value: completion[0] }]] : []);
}

/** Where the code is left. */
export function whenOf(completion: Completion): Truth {
  return completion instanceof Sometimes ? completion.when : completion !== undefined;
}

/** The completion that has these exits. */
export function completionOf(exits: ReadonlyMap<string, Exit>, when: Truth, onward: Onward = new Map()): Completion {
  const [first] = exits;
  if (!first || when === false) return undefined;
  if (exits.size === 1 && when === true) return [first[1].value, first[0]];
  for (const condition of [when, ...[...exits.values()].map((exit) => exit.when)]) unneeded(condition);
  return new Sometimes(exits, when, onward);
}

/** A condition that only says where code is left is needed by nobody where nothing follows. */
export function unneeded(condition: Truth): void {
  if (typeof condition !== "boolean") condition.session.unusedConditions.delete(condition);
}

/** The completion of a decision from those of its arms. */
export function ended(
  condition: Truth,
  [taken, other, made]: readonly [Completion, Completion, Made?],
  place: string,
): Completion {
  const either = (p: Truth, q: Truth): Truth =>
    p === true && q === true ? true : or(and(condition, p), and(not(condition), q));
  const [first, second] = [exitsOf(taken), exitsOf(other)];
  const exits = new Map<string, Exit>();
  for (const to of new Set([...first.keys(), ...second.keys()])) {
    const [p, q] = [first.get(to), second.get(to)];
    const value = p && q ? select(condition, p.value, q.value, "return", place, made) : (p ?? q)!.value;
    const when = either(p?.when ?? false, q?.when ?? false);
    if (when !== false) exits.set(to, { when, value });
  }
  const [one] = exits.values();
  const when = exits.size === 1 ? one!.when : either(whenOf(taken), whenOf(other));
  return completionOf(exits, when, made ? onwardOf(condition, taken, other, made, place) : undefined);
}

// Where one arm never goes on, a value is onwards what it was after the other; where a loop goes on with its next round, it goes on.
function onwardOf(condition: Truth, taken: Completion, other: Completion, made: Made, place: string): Onward {
  const isOver = (completion: Completion): boolean =>
    completion !== undefined && whenOf(completion) === true && ![...exitsOf(completion).keys()].some(isContinue);
  const after = (completion: Completion, value: unknown): unknown =>
    completion instanceof Sometimes && completion.onward.has(value) ? completion.onward.get(value) : value;
  const onward = new Map<unknown, unknown>();
  for (const [value, [x, y]] of made.merged) {
    const [p, q] = [after(taken, x), after(other, y)];
    if (isOver(taken)) onward.set(value, q);
    else if (isOver(other)) onward.set(value, p);
    else if (!Object.is(p, x) || !Object.is(q, y)) onward.set(value, select(condition, p, q, "value", place, made));
  }
  return onward;
}

function isContinue(to: string): boolean {
  return to.startsWith("continue");
}

/** What follows code that may have been left. */
export function proceed(completion: Completion, rest: Run | undefined, place: string, state?: State): Completion {
  if (!completion) return rest?.();
  if (!(completion instanceof Sometimes) || completion.when === true || !rest) return completion;
  const { when, exits } = completion;
  const [[to, { value }]] = exits as unknown as [[string, Exit]];
  const left: Completion = exits.size === 1 ? [value, to] : completion;
  return ended(
    when,
    both(when as Condition, () => left, rest, place, state),
    place,
  );
}

/** A block `{ … }` that may be left, and what follows it. */
export function block(run: Run, rest: Run | undefined, place: string, state?: State): Completion {
  return proceed(run(), rest, place, state);
}

/** What a function returns. */
export function result(completion: Completion, place: string): unknown {
  if (!(completion instanceof Sometimes)) return completion?.[0];
  const { when, value } = completion.exits.get("return")!;
  // Where it does not return it goes on to its end, with undefined.
  return select(when, value, undefined, "return", place);
}
