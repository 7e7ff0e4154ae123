/**
 * Facts about ops beside value and derivative, which let conditions be rewritten and boundaries be found. There are three tables:
 *
 * - `OpFacts`, what is used of ops wherever there are boundaries: y/exp(z) has no pole, for exp is positive. Its rows travel with
 *   those of the op table (`basic.ts`, `elementary.ts`, `special.ts`), so that a bundle has those of the ops it uses.
 * - `Behaviour`, what is asked of ops as functions: exp(z) > 3 is z > log 3, for exp rises from 0 to ∞ and log is its inverse. It is
 *   one table (`behaviours.ts`), which only the full package needs.
 * - `Limits`, where ops go as an operand goes to ±∞: sigmoid(1/z) jumps at z = 0, for sigmoid goes to 0 and to 1 (`limits.ts`). The small
 *   package warns of such jumps, and has no other use for a table of functions.
 *
 * Every column is there for every op: a missing entry is a compile error, and a wrong one fails a test that compares it with the
 * values of the op.
 */
import type { Algebra, GraphView, NodeId } from "../op.ts";

export interface OpFacts {
  /**
   * The signs that a result may have, one character per combination of signs −, 0, + of the operands, the last operand's changing
   * fastest: `-0+` for tanh, `+++` for exp. The characters are those of `SIGN_SETS`. Operands are finite, underflow does not
   * count, and where the op is no finite number there is no sign: `.`. Of a power by its exponent, NaN if that is not known.
   */
  readonly signs: string | ((y: number) => string);
  /**
   * The largest sets of operands in which the op is linear while the others stay what they are: both of a sum together, [[0, 1]];
   * each of a product by itself, [[0], [1]].
   */
  readonly linear: readonly (readonly number[])[];
  /** Where it is infinite inside of its domain; the rule says undefined where these operands make no pole. */
  readonly pole: ((g: GraphView, x: NodeId, y: NodeId) => Pole | undefined) | "none";
}

/** A set of signs is a position in this text: − counts 1, 0 counts 2 and + counts 4, so that `>` is "0 or +" and `!` "not 0". */
export const SIGN_SETS = ".-0<+!>?";

export interface Pole {
  /** The node that is 0 there. */
  readonly at: NodeId;
  /** Is it −∞ on one side and ∞ on the other? */
  readonly jumps: boolean;
  /** The op is `over` divided by this power of `at`; −1 where it is no such quotient. */
  readonly over: NodeId;
  readonly power: number;
}

export interface Behaviour {
  /** The first operand from which on the op is a number, −∞ if it is one everywhere; NaN where that depends on the other operand. */
  readonly from: number;
  /** Is it a function f(x) with f(−x) = f(x) everywhere? */
  readonly even: boolean;
  /** For a function of one operand that rises or falls on all of its domain, or on x ≥ 0 if it is even. */
  readonly inverse: Inverse | "none";
  /** Is it finite, where it is a number, for operands of magnitude up to `ORDINARY`? */
  readonly bounded: boolean;
  /** Where it jumps between finite values. */
  readonly jump: Jump | "none";
  /**
   * Is it one smooth function wherever it is a number, as exp; one of several, as |x|, which is x or −x; or one that does not change but
   * where it jumps, as the sign?
   */
  readonly pieces: "one" | "arms" | "flat";
  /** The behaviour of the function of the first operand that it is where the second one is a constant. */
  readonly given: ((y: number) => Behaviour) | "none";
}

/** A magnitude that values of variables stay below. */
export const ORDINARY = 1000;

export interface Inverse {
  readonly of: (value: number) => number;
  /** The same as a node. */
  readonly node: ((A: Algebra, value: NodeId) => NodeId) | "none";
  /** The values between which the function lies; it comes as near to them as one likes. */
  readonly range: readonly [low: number, high: number];
  /** Does the function fall? */
  readonly falls: boolean;
}

/** Where an op goes as an operand goes to −∞ and to ∞ while the others stay what they are. */
export type Limits = readonly [low: Limit, high: Limit];

/** A number; the "other" operand; ∞ or −∞, "signed" as the other operand is; "none" where there is no limit, or one that depends. */
export type Limit = number | "other" | "signed" | "none";

export interface Jump {
  /** The node whose sign decides. */
  readonly at: (g: GraphView, x: NodeId, y: NodeId) => NodeId;
  /** Is the value at 0 another one than those on both sides? */
  readonly apart: boolean;
}

/** The whole line, as the range of a function. */
export const LINE: Inverse["range"] = [-Infinity, Infinity];
