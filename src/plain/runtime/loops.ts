/**
 * A loop that is left by a decision on a latent goes on to its own end, as somewhere the latent does not leave it; each further round is an arm that
 * runs where the loop was not left yet:
 *
 *     for (const [i, x] of rows.entries()) {      round 0 as it stands, round 1 where not z > rows[0],
 *       if (z > x) break;                         round 2 where not z > rows[0] and not z > rows[1], …
 *       count = i;
 *     }
 *
 * Its variables go on from round to round as if it was never left: in the rounds `count` and counters such as `i++` are plain numbers here. What they were
 * where it was left is noted, and selected after the last round. How often the loop runs at most is JavaScript's own to decide, so its condition depends
 * on no latent.
 */
import { and, not, or, type Truth } from "../../autodiff/expr.ts";
import { both, type State } from "./arms.ts";
import {
  type Completion,
  completionOf,
  type Exit,
  exitsOf,
  type Run,
  Sometimes,
  unneeded,
  whenOf,
} from "./completions.ts";
import { currentFrame } from "./frame.ts";
import { refuse } from "./refusal.ts";
import { select as selection } from "./values.ts";

export interface LoopOptions {
  /** The labels before the loop. */
  readonly labels: readonly string[];
  /** Whether it has no condition of its own, as `while (true)`. */
  readonly isEndless: boolean;
  readonly place: string;
}

/** Rounds that a loop without a condition goes on for after a latent left it: `while (true)` may have no other end. */
const MOST_ROUNDS = 1000;

export class Loop {
  readonly #options: LoopOptions;
  /** The variables around the loop that it assigns. */
  readonly #state: State | undefined;
  readonly #outer: string | undefined;
  /** Where the loop was not left yet. */
  #alive: Truth = true;
  readonly #exits = new Map<string, Exit>();
  readonly #left: { readonly when: Truth; readonly values: readonly unknown[] }[] = [];
  #breaks = false;
  #rounds = 0;

  constructor(options: LoopOptions, state?: State) {
    this.#options = options;
    this.#state = state;
    this.#outer = currentFrame()?.left;
  }

  /** A round; whether the loop ends with it. `state` are the variables that it assigns. */
  round(body: Run, state?: State): boolean {
    const { place, isEndless } = this.#options;
    this.#between(false);
    const alive = this.#alive;
    if (alive !== true && isEndless && ++this.#rounds > MOST_ROUNDS)
      refuse(
        place,
        `a loop without a condition is left by a decision on a latent; got no end of it in ${MOST_ROUNDS} rounds, expected one whatever the latent is; to try: for (let i = 0; i < MOST; i++) { …; if (…) break; } with the largest count`,
      );
    const completion = alive === true ? body() : both(alive, body, undefined, place, undefined)[0];
    const [breaks, goesOn] = [this.#own("break"), this.#own("continue")];
    const leaving = new Map([...exitsOf(completion)].filter(([to]) => !goesOn.has(to)));
    if (leaving.size > 0) {
      const isAll = leaving.size === exitsOf(completion).size;
      const when = isAll ? whenOf(completion) : or(...[...leaving.values()].map((exit) => exit.when));
      for (const [to, exit] of leaving) this.#leave(breaks.has(to) ? undefined : to, exit);
      this.#left.push({ when: and(alive, when), values: this.#state?.get() ?? [] });
      this.#alive = and(alive, not(when));
      unneeded(this.#left.at(-1)!.when);
      unneeded(this.#alive);
      if (completion instanceof Sometimes) {
        const { onward } = completion;
        state?.set(state.get().map((value) => (onward.has(value) ? onward.get(value) : value)));
      }
    }
    this.#between(true);
    return this.#alive === false;
  }

  /** After the last round: the variables around the loop, and where the loop leaves more than itself. */
  end(): Completion {
    this.#between(false);
    if (this.#state && this.#alive !== true) {
      const { names, get, set } = this.#state;
      const { place } = this.#options;
      const select = (i: number, last: unknown): unknown =>
        this.#left.reduce((value, { when, values }) => selection(when, values[i], value, names[i]!, place), last);
      set(get().map((last, i) => select(i, last)));
    }
    const isLeft = this.#alive === false && !this.#breaks;
    return completionOf(this.#exits, isLeft || or(...[...this.#exits.values()].map(({ when }) => when)));
  }

  #own(jump: string): ReadonlySet<string> {
    return new Set([jump, ...this.#options.labels.map((label) => `${jump} ${label}`)]);
  }

  #leave(to: string | undefined, exit: Exit): void {
    if (to === undefined) {
      this.#breaks = true;
      return;
    }
    const known = this.#exits.get(to);
    const when = and(this.#alive, exit.when);
    const value = known ? selection(when, exit.value, known.value, "return", this.#options.place) : exit.value;
    this.#exits.set(to, { when: known ? or(known.when, when) : when, value });
    unneeded(this.#exits.get(to)!.when);
  }

  // Between rounds that not all of the posterior has, only JavaScript's own counting may go on.
  #between(is: boolean): void {
    const frame = currentFrame();
    if (frame) frame.left = is && typeof this.#alive !== "boolean" ? this.#options.place : this.#outer;
  }
}

export function loop(options: LoopOptions, state?: State): Loop {
  return new Loop(options, state);
}
