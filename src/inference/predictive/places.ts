/**
 * Which of a program's observations is which, however its branches go. In
 *
 *     branch(gt(z, 0), () => observe(normal(0, 1), 0.3), () => observe(normal(0, 9), 0.3));
 *     observe(normal(z, 1), 2);
 *
 * both arms observe the first number and what follows the branch observes the second one. A traced run sees both arms and counts; a
 * run on plain numbers takes one arm and goes on counting from where the longer one ended.
 */

/** How many observations of each name there have been. */
type Counts = ReadonlyMap<string, number>;

/** The branches that a program meets one after the other, in one arm or outside of all. */
interface Frame {
  readonly branches: { readonly arms: readonly [Frame, Frame]; after: Counts }[];
}

/** The shape of a program's branches, as a traced run has found it. */
export type BranchShape = Frame;

/** A place in a program at which it observes: "y" for the fourth time. */
export interface Place {
  readonly name: string;
  readonly occurrence: number;
}

/** Follows a run through the branches of a program; without a shape it makes one. */
export class Places {
  readonly shape: BranchShape;
  readonly #makes: boolean;
  #frame: Frame;
  #next = 0;
  #counts = new Map<string, number>();

  constructor(shape?: BranchShape) {
    this.#makes = shape === undefined;
    this.shape = shape ?? { branches: [] };
    this.#frame = this.shape;
  }

  /** The place of an observation under a name. */
  next(name: string): Place {
    const occurrence = this.#counts.get(name) ?? 0;
    this.#counts.set(name, occurrence + 1);
    return { name, occurrence };
  }

  /** Runs a branch, each arm from the counts before it. */
  branch<T>(then: () => T, otherwise: () => T, run: (then: () => T, otherwise: () => T) => T): T {
    const outer = this.#frame;
    const at = this.#next++;
    if (this.#makes) outer.branches.push({ arms: [{ branches: [] }, { branches: [] }], after: new Map() });
    const branch = outer.branches[at];
    const before = new Map(this.#counts);
    const after = new Map(before);
    const arm = (index: 0 | 1, body: () => T) => (): T => {
      this.#frame = branch?.arms[index] ?? { branches: [] };
      this.#next = 0;
      this.#counts = new Map(before);
      const result = body();
      for (const [name, count] of this.#counts) after.set(name, Math.max(count, after.get(name) ?? 0));
      return result;
    };
    const result = run(arm(0, then), arm(1, otherwise));
    if (this.#makes) branch!.after = after;
    this.#frame = outer;
    this.#next = at + 1;
    this.#counts = new Map(branch?.after ?? after);
    return result;
  }
}
