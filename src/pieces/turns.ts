/**
 * Turns of the event loop: what is waiting, such as a click, a timer or a request, comes before the next piece of a long fit.
 *
 *     const turns = makeTurns();
 *     for (const piece of work) await turns.next();
 *     turns.end();
 */

export interface Turns {
  /** Resolves when everybody else has had a turn. */
  readonly next: () => Promise<void>;
  /** Lets go of what the turns were made with. */
  readonly end: () => void;
}

/** What of the platform may be there; the first that is, is used. */
interface Platform {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel?: new () => { readonly port1: Port; readonly port2: Port };
  readonly setTimeout?: (callback: () => void, milliseconds: number) => unknown;
}

interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

const nothing = (): void => {};

/**
 * Turns as the platform has them. Timers wait 4 ms in a browser once they are nested, so that a fit would take several times as long: a
 * message to oneself comes at once. Node.js delivers up to 1000 messages before it looks at timers; it has `setImmediate`, and takes some milliseconds to
 * load its channels of messages, so nobody asks for them there.
 */
export function makeTurns(): Turns {
  const { setImmediate, setTimeout } = globalThis as Platform;
  if (setImmediate) return { next: () => new Promise((resolve) => void setImmediate(resolve)), end: nothing };
  const { MessageChannel } = globalThis as Platform;
  if (MessageChannel) {
    const { port1, port2 } = new MessageChannel();
    return {
      next: () =>
        new Promise((resolve) => {
          port1.onmessage = resolve;
          port2.postMessage(0);
        }),
      end: () => port1.close(),
    };
  }
  return {
    next: setTimeout ? () => new Promise((resolve) => void setTimeout(resolve, 0)) : () => Promise.resolve(),
    end: nothing,
  };
}
