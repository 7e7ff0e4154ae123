/** A fit with a budget of time ends after the gradient that is being taken, with what it has. The clock here counts how often it is asked. */
import { describe, expect, test } from "vitest";
import * as core from "../../src/core.ts";
import {
  adam,
  add,
  bernoulli,
  defineModel,
  type FitOptions,
  fit,
  fitAsync,
  fitSteps,
  gt,
  mul,
  normal,
  uniform,
  where,
} from "../../src/index.ts";
import { gmm as model } from "../../src/models/index.ts";

const ticking = (): FitOptions => {
  let time = 0;
  return { now: () => time++, collapse: false, onWarning() {} };
};

describe("timeBudget", () => {
  test("of a fit that chooses its steps: as many gradients as there is time for, status budget, a warning", async () => {
    for (const end of [1, 7]) {
      const { status, report, warnings, elboTrace } = fit(model, { ...ticking(), timeBudget: end });
      expect([status, report!.gradients, elboTrace.length]).toEqual(["budget", end, end]);
      expect(warnings.join()).toMatch(/not converged/);
      expect(report!.importance).toBeUndefined();
    }
    expect((await fitAsync(model, { ...ticking(), timeBudget: 7 })).report!.gradients).toBe(7);
    expect(fit(model, { ...ticking(), timeBudget: 1e6 }).status).toBe("converged");
  });

  test("that ends while a large model is set up leaves what it begins with, without a gradient", async () => {
    const rows = defineModel("rows", ({ sample, observe }) => {
      const [level, slope] = [sample("level", normal(0, 1)), sample("slope", normal(0, 1))];
      for (let i = 0; i < 1000; i++) observe(normal(add(level, mul(slope, Math.sin(i))), 1), Math.cos(i));
    });
    const begun = fit(rows, { ...ticking(), timeBudget: 1 });
    expect([begun.status, begun.report!.gradients, begun.mean("level")]).toEqual(["budget", 0, 0]);
    expect((await fitAsync(rows, { ...ticking(), timeBudget: 1 })).report!.gradients).toBe(0);
    const whole = fit(rows, { ...ticking(), timeBudget: 1e6 });
    expect([whole.status, whole.mean("level")]).toEqual(["converged", fit(rows).mean("level")]);
  });

  test("that ends while latents are summed out leaves them in: a change point among many days has its prior", () => {
    const days = 1000;
    const change = defineModel("change", ({ sample, observe }) => {
      const [before, after] = [sample("before", normal(0, 5)), sample("after", normal(0, 5))];
      const day = sample("day", uniform(0, days));
      for (let i = 0; i < days; i++) observe(normal(where(gt(day, i), before, after), 1), Math.sin(i));
    });
    let asked = 0;
    const options = { onWarning() {}, timeBudget: 1, now: () => asked++ };
    const begun = fit(change, options);
    expect([begun.status, begun.report!.gradients]).toEqual(["budget", 0]);
    expect(begun.mean("day")).toBeCloseTo(days / 2, 6);
    // Asked when time begins, until it is over, and not while anything is compiled or looked at.
    expect(asked).toBeLessThan(6);
  });

  test("does not end a program whose discrete latents have no guide before they are summed out", () => {
    const cases = defineModel("cases", ({ sample, observe }) => {
      const level = sample("level", normal(0, 1));
      for (let i = 0; i < 300; i++) observe(normal(mul(level, sample(`flag${i}`, bernoulli(0.5))), 1), Math.sin(i));
    });
    const begun = fit(cases, { ...ticking(), timeBudget: 1 });
    expect([begun.status, begun.report!.gradients, begun.mean("level")]).toEqual(["budget", 0, 0]);
  });

  test("that ends after the climb gives up the weights of draws, which may take as long, and keeps the fit", () => {
    const whole = fit(model, { ...ticking(), timeBudget: 1e6 });
    let isLate = false;
    let asked = 0;
    const { status, report, elboTrace } = fit(model, {
      ...ticking(),
      timeBudget: 1e6,
      now: () => (isLate && asked++ > 1 ? Infinity : 0),
      onProgress: ({ step }) => {
        isLate ||= step === whole.elboTrace.length;
      },
    });
    expect([status, report!.importance]).toEqual(["converged", undefined]);
    expect(whole.report!.importance).toBeDefined();
    expect(elboTrace).toEqual(whole.elboTrace);
    expect(asked).toBeGreaterThan(2);
  });

  test("changes nothing where the time suffices", () => {
    const { elboTrace } = fit(model, { timeBudget: 1e6 });
    expect(elboTrace).toEqual(fit(model).elboTrace);
  });

  test("of a loop: the steps that there is time for, from which it can go on", async () => {
    const options = { optimizer: adam(), steps: 100 };
    for (const posterior of [
      fit(model, { ...options, ...ticking(), timeBudget: 7 }),
      await fitAsync(model, { ...options, ...ticking(), timeBudget: 7 }),
    ]) {
      expect([posterior.status, posterior.elboTrace.length]).toEqual(["budget", 7]);
      const whole = fit(model, { optimizer: adam(), steps: 93, resume: posterior.state });
      expect(whole.elboTrace).toEqual(fit(model, options).elboTrace);
      expect(whole.status).toBeUndefined();
    }
    expect([...fitSteps(model, { ...options, ...ticking(), timeBudget: 3 })].length).toBe(3);
  });

  test("takes the platform's clock, and under nondiff/core one that is given", () => {
    expect(fit(model, { timeBudget: 1, steps: 1e7 }).elboTrace.length).toBeLessThan(1e5);
    expect(core.fit(model, { ...ticking(), collapse: undefined, timeBudget: 4 }).status).toBe("budget");
    expect(() => core.fit(model, { timeBudget: 4 })).toThrow(/^fit: option is beyond nondiff\/core; got now/);
  });

  test("may be part of a millisecond, nothing or without end, as what is left of a deadline is", () => {
    expect(fit(model, { ...ticking(), timeBudget: 6.5 }).report!.gradients).toBe(7);
    expect(fit(model, { ...ticking(), timeBudget: 0 }).status).toBe("budget");
    expect(fit(model, { ...ticking(), timeBudget: Infinity }).status).toBe("converged");
  });

  test("takes no clock that is none, and ends where one has stopped to be one", () => {
    const tells = (now: () => unknown) => () => fit(model, { ...ticking(), now: now as () => number, timeBudget: 5 });
    expect(tells(() => new Date())).toThrow("fit: now is no clock; got an object, expected one of milliseconds");
    expect(tells(() => "12")).toThrow('fit: now is no clock; got "12", expected');
    expect(tells(() => 5n)).toThrow("fit: now is no clock; got 5, expected");
    let asked = 0;
    expect(tells(() => (asked++ > 3 ? Number.NaN : 0))().status).toBe("budget");
  });

  test.each([-1, NaN])("of %d is refused", (timeBudget) => {
    expect(() => fit(model, { timeBudget })).toThrow(/^fit: timeBudget is none; got .*, expected milliseconds ≥ 0/);
  });
});
