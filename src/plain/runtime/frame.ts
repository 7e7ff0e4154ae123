/**
 * The plain program that is being run. An `if` in a helper function has to reach the `branch` of the program that called the helper, and a
 * write such as `counts[k] += 1` has to know in which arm it happens; both ask for the frame of the run.
 *
 * Runs nest as calls do: a program that fits another model inside has a frame above its own while that model is traced.
 */
import type { Session } from "../../autodiff/session.ts";
import type { ProgramContext } from "../../program/model.ts";
import { refuse } from "./refusal.ts";

/** An arm of a decision on a latent, while its code runs. */
export interface Arm {
  /** Arrays and objects that were made in the arm: nobody outside sees what is written to them. */
  readonly fresh: WeakSet<object>;
  /** What the arm wrote to other objects: the value before its first write, by object and key. */
  readonly writes: Map<object, Map<PropertyKey, Written>>;
}

export interface Written {
  readonly existed: boolean;
  readonly value: unknown;
}

export interface Frame {
  readonly context: ProgramContext;
  readonly arms: Arm[];
  /** Where the statement stands that is being run, as "model.js:7:3". */
  place: string | undefined;
  /** Where a loop stands that a latent left, while its head is being run; undefined otherwise. */
  left: string | undefined;
  /** Where the conditions of the run are noted; undefined until the first one. */
  session: Session | undefined;
}

const FRAMES: Frame[] = [];

/** The frame of the program that is being run; undefined outside of one. */
export function currentFrame(): Frame | undefined {
  return FRAMES.at(-1);
}

/** Runs with a frame on top, which is taken away again whatever happens. */
export function withFrame<T>(frame: Frame, run: () => T): T {
  FRAMES.push(frame);
  try {
    return run();
  } finally {
    FRAMES.pop();
  }
}

/** The arm that is being run; undefined outside of decisions on latents. */
export function currentArm(): Arm | undefined {
  return currentFrame()?.arms.at(-1);
}

/** In the head of a loop that a latent left, what is done would be done where the loop is not run any more. */
export function requireInRound(frame: Frame | undefined, what: string, place: string): void {
  if (frame?.left !== undefined)
    refuse(
      place,
      `${what} in the head of a loop that a decision on a latent leaves; got the loop at ${frame.left}, expected it in the body of the loop`,
    );
}
