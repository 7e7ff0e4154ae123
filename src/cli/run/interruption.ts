/**
 * Ctrl-C in the middle of a fit: the first one asks it to end with what it has, a second one ends the process at once. Signals are
 * seen when the event loop turns, so who computes must let it turn.
 */

/** 128 + the number of SIGINT: what shells expect of a process that it has ended. */
const ENDED = 130;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export interface Interruption {
  /** Whether the end has been asked for. */
  readonly asked: boolean;
  /** Listens for signals from now on. Before it they end the process, as is right while a user's program runs, which may never come to an end. */
  readonly listen: () => void;
  /** Signals have their usual effect again. */
  readonly over: () => void;
}

/** Signals that are heard once `listen` is called. */
export function interruption(tell: (text: string) => void): Interruption {
  const state = { asked: false };
  const heard = (): void => {
    if (state.asked) process.exit(ENDED);
    state.asked = true;
    tell("nondiff: stopping with what there is; once more ends it at once\n");
  };
  return {
    get asked() {
      return state.asked;
    },
    listen: () => {
      for (const signal of SIGNALS) process.on(signal, heard);
    },
    over: () => {
      for (const signal of SIGNALS) process.off(signal, heard);
    },
  };
}
