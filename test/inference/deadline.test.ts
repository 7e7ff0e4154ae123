/** A fit with a budget of time ends after the gradient that is being taken, with what it has. The clock here counts how often it is asked. */
import { describe, expect, test } from "vitest";
import * as core from "../../src/core.ts";
import { adam, type FitOptions, fit, fitAsync, fitSteps } from "../../src/index.ts";
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
