import { afterEach, describe, expect, test, vi } from "vitest";
import { defineModel, type FitOptions, fit, fitAsync, gt, type Model, normal, where } from "../../src/index.ts";
import { makeTurns } from "../../src/pieces/turns.ts";
import { workBetweenTurns } from "../support/work.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A switch among n data; its program counts how often it has run. */
function switching(n: number): { model: Model; runs: () => number } {
  let runs = 0;
  const model = defineModel("switching", ({ sample, observe }) => {
    runs++;
    const z = sample("z", normal(0, 1));
    const d = sample("d", normal(n / 2, n / 10));
    for (let i = 0; i < n; i++) observe(normal(where(gt(d, i), z, -1), 1), i % 3);
  });
  return { model, runs: () => runs };
}

const LOOP: FitOptions = { steps: 1 };
const SEARCH: FitOptions = { restarts: 0, tolerance: 1 };

/** A clock that goes on by so many milliseconds whenever it is looked at. */
function stubClock(step: number): void {
  let time = 0;
  vi.stubGlobal("performance", {
    now: () => {
      time += step;
      return time;
    },
  });
}

/** How often a fit gives way before its first gradient, and its posterior. */
async function turnsBeforeFirst(model: Model, options: FitOptions) {
  let turns = 0;
  const { setImmediate } = globalThis;
  vi.stubGlobal("setImmediate", (resolve: () => void) => {
    turns++;
    return setImmediate(resolve);
  });
  let first = -1;
  const onProgress = (): void => {
    if (first < 0) first = turns;
  };
  const posterior = await fitAsync(model, { ...options, onWarning: () => undefined, onProgress });
  return { first, posterior };
}

describe("fitAsync on a model that takes long to compile", () => {
  test.each([LOOP, SEARCH])("gives way at many places before its first gradient: %o", async (options) => {
    stubClock(10);
    const { model } = switching(150);
    const { first, posterior } = await turnsBeforeFirst(model, options);
    expect(first).toBeGreaterThan(30);
    expect(posterior.params).toEqual(fit(model, { ...options, onWarning: () => undefined }).params);
  });

  test("gives way once for pieces that take no time, and now and then where the clock stands still", async () => {
    const { model } = switching(150);
    const turns: number[] = [];
    for (const step of [10, 0.5, 0]) {
      stubClock(step);
      turns.push((await turnsBeforeFirst(model, SEARCH)).first);
    }
    const [each, quick, still] = turns as [number, number, number];
    expect(quick).toBeLessThan(each / 3);
    expect(still).toBeLessThan(each / 12);
    expect(still).toBeGreaterThan(each / 20);
  });

  test.each([LOOP, SEARCH])("sees its signal while it compiles: %o", async (options) => {
    stubClock(10);
    const { model, runs } = switching(150);
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error("not now")));
    const onProgress = () => expect.unreachable();
    await expect(fitAsync(model, { ...options, onProgress, signal: controller.signal })).rejects.toThrow("not now");
    expect(runs()).toBe(1); // one of several: the trace is held against the program's own numbers, and asked what its terms are
    fit(model, { steps: 1, onWarning: () => undefined });
    expect(runs()).toBeGreaterThan(3);
  });
});

describe("work between two turns of fitAsync", () => {
  test("is a small part of a fit, whatever the fit is at", () => {
    const [turned, atOnce] = workBetweenTurns(`import { fit, fitAsync } from "nondiff";
      import { textmsg } from "nondiff/models";
      await counted(() => fitAsync(textmsg, { seed: 1 }));
      await counted(() => fit(textmsg, { seed: 1 }));`) as [number[], number[]];
    expect(turned.length).toBeGreaterThan(200);
    expect(Math.max(...turned)).toBeLessThan(125_000);
    // The control: a fit at once is one stretch of work. It takes 60 ms.
    expect(atOnce).toHaveLength(1);
    expect(atOnce[0]).toBeGreaterThan(2_500_000);
  });
});

describe("the beginning of a long program", () => {
  test("is followed by two turns, however little time it took, before all of it runs", async () => {
    stubClock(0);
    let turns = 0;
    const { setImmediate } = globalThis;
    vi.stubGlobal("setImmediate", (resolve: () => void) => {
      turns++;
      return setImmediate(resolve);
    });
    const begun: number[] = [];
    const model = defineModel("short", ({ sample, observe }) => {
      begun.push(turns);
      observe(normal(sample("z", normal(0, 1)), 1), 1);
    });
    await fitAsync(model, LOOP);
    expect(begun.slice(0, 2)).toEqual([0, 2]);
  });

  test("runs for nothing first, with timers before all of it runs", async () => {
    const observed: number[] = [];
    const long = defineModel("long", ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      const run = observed.push(0) - 1;
      for (let i = 0; i < 3000; i++) {
        observe(normal(where(gt(z, i / 3000), z, -1), 1), i % 3);
        observed[run]!++;
      }
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("not now")), 0);
    await expect(fitAsync(long, { signal: controller.signal })).rejects.toThrow("not now");
    expect(Math.max(...observed)).toBeLessThan(1000);
    // The first of its operations take the longest, so the beginning is run in parts that grow, with turns between them.
    observed.length = 0;
    const turns: number[] = [];
    const { setImmediate } = globalThis;
    vi.stubGlobal("setImmediate", (resolve: () => void) => {
      turns.push(observed.length);
      return setImmediate(resolve);
    });
    const late = new AbortController();
    const aborting = defineModel("aborting", (context) => {
      long.program(context);
      late.abort(new Error("after a run"));
    });
    await expect(fitAsync(aborting, { signal: late.signal })).rejects.toThrow("after a run");
    const [first, second, third, all] = observed as [number, number, number, number];
    expect(first).toBeLessThan(100);
    expect(second).toBeGreaterThan(3 * first);
    expect(second).toBeLessThan(300);
    expect(third).toBeGreaterThan(3 * second);
    expect([third < 1000, all]).toEqual([true, 3000]);
    expect(turns.slice(0, 4)).toEqual([1, 2, 3, 3]);
  });

  test("leaves errors of the program to the run that counts", async () => {
    const broken = defineModel("broken", ({ sample, observe }) => observe(normal(sample("z", normal(0, 1)), -1), 0));
    await expect(fitAsync(broken)).rejects.toThrow("invalid sd; got -1, expected sd > 0");
  });
});

describe("a turn of the event loop", () => {
  const untilATimer = async (): Promise<string[]> => {
    const order: string[] = [];
    setTimeout(() => order.push("timer"), 0);
    const turns = makeTurns();
    for (let k = 0; k < 400 && order.length === 0; k++) {
      await turns.next();
      const until = performance.now() + 0.1;
      while (performance.now() < until);
    }
    turns.end();
    return [...order, "next"];
  };

  test("lets timers fire, whatever the platform has", async () => {
    expect(await untilATimer()).toEqual(["timer", "next"]);
    const { setTimeout: later } = globalThis;
    vi.stubGlobal("setImmediate", undefined);
    vi.stubGlobal("MessageChannel", undefined);
    expect(await untilATimer()).toEqual(["timer", "next"]);
    vi.stubGlobal("setTimeout", undefined);
    await makeTurns().next(); // nothing to wait for
    vi.stubGlobal("setTimeout", later);
  });

  test("asks for no channel of messages where there is a setImmediate, as Node.js would load it", async () => {
    const own = Object.getOwnPropertyDescriptor(globalThis, "MessageChannel")!;
    const loaded = vi.fn(() => undefined);
    Object.defineProperty(globalThis, "MessageChannel", { configurable: true, get: loaded });
    try {
      const turns = makeTurns();
      await turns.next();
      turns.end();
    } finally {
      Object.defineProperty(globalThis, "MessageChannel", own);
    }
    expect(loaded).not.toHaveBeenCalled();
  });

  test("is a message to oneself where there is no setImmediate, as in a browser", async () => {
    let messages = 0;
    let closed = 0;
    const { MessageChannel } = globalThis;
    vi.stubGlobal("setImmediate", undefined);
    vi.stubGlobal(
      "MessageChannel",
      class extends MessageChannel {
        constructor() {
          super();
          const { port1, port2 } = this;
          const post = port2.postMessage.bind(port2);
          port2.postMessage = (message: unknown) => {
            messages++;
            post(message);
          };
          const close = port1.close.bind(port1);
          port1.close = () => {
            closed++;
            close();
          };
        }
      },
    );
    const turns = makeTurns();
    await turns.next();
    await turns.next();
    turns.end();
    expect([messages, closed]).toEqual([2, 1]);
  });
});
