/** Pieces of the line are kept in lists that grow. They allocate only when they outgrow what earlier calls needed. */

/** How a cell came about. */
export const OPEN = 0; // between cuts
export const BEFORE = 1; // the few doubles around a cut, with its event as on the left of it …
export const AFTER = 2; // … and the next cell: the same doubles, with its event as on the right of it
export const BLURRED = 3; // where the sign of an event could not be decided

const FIRST_CAPACITY = 64;

/** A list of intervals with a kind each. */
export class Pieces {
  count = 0;
  from: Float64Array = new Float64Array(FIRST_CAPACITY);
  to: Float64Array = new Float64Array(FIRST_CAPACITY);
  kind: Uint8Array = new Uint8Array(FIRST_CAPACITY);

  push(from: number, to: number, kind: number): void {
    if (this.count === this.kind.length) this.grow(2 * this.count);
    this.from[this.count] = from;
    this.to[this.count] = to;
    this.kind[this.count++] = kind;
  }

  protected grow(capacity: number): void {
    const { from, to, kind } = this;
    this.from = new Float64Array(capacity);
    this.to = new Float64Array(capacity);
    this.kind = new Uint8Array(capacity);
    this.from.set(from);
    this.to.set(to);
    this.kind.set(kind);
  }
}

/** Pieces on which the signs of the events are known: +1, −1, or 0 where they are not. */
export class Cells extends Pieces {
  readonly events: number;
  #states: Int8Array;

  constructor(events: number) {
    super();
    this.events = events;
    this.#states = new Int8Array(FIRST_CAPACITY * events);
  }

  /** Adds a cell with the signs in `state`, except that of `event`. */
  add(from: number, to: number, kind: number, state: Int8Array, event: number, sign: number): void {
    this.push(from, to, kind);
    const offset = (this.count - 1) * this.events;
    this.#states.set(state, offset);
    if (event >= 0) this.#states[offset + event] = sign;
  }

  /** Copies the signs of a cell. */
  load(cell: number, state: Int8Array): void {
    for (let event = 0; event < this.events; event++) state[event] = this.#states[cell * this.events + event]!;
  }

  protected override grow(capacity: number): void {
    super.grow(capacity);
    const states = this.#states;
    this.#states = new Int8Array(capacity * this.events);
    this.#states.set(states);
  }
}
