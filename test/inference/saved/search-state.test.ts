/** A fit that chooses its steps goes on from its state as one long run, bit for bit, and computes no gradient twice. */
import { describe, expect, test } from "vitest";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import {
  type Backend,
  defineModel,
  type FitOptions,
  fit,
  fitAsync,
  gt,
  normal,
  type Posterior,
  score,
  where,
} from "../../../src/index.ts";
import { streamOf } from "../../../src/inference/fit/climb/ascent.ts";
import { type Search, startSearch } from "../../../src/inference/fit/setup.ts";
import { remembering } from "../../../src/inference/saved/search-state.ts";
import { finished } from "../../../src/pieces/pieces.ts";
import { FULL } from "../../../src/profile.ts";

const modelOf = (y: number, name = "steps") =>
  defineModel(name, ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(gt(z, 0.3), 5, z), 1), y);
  });
const model = modelOf(2.5);
const options: FitOptions = { seed: 3, collapse: false, restarts: 2, onWarning: () => undefined };

/** An interpreter that counts the passes it makes. */
function counting(): { readonly backend: Backend; readonly passes: () => number } {
  let passes = 0;
  const { load } = FAST_ENGINE.interpreter;
  const backend: Backend = {
    name: "counting",
    load(program) {
      const loaded = load(program);
      const runLanes = (n: number): void => {
        passes++;
        loaded.runLanes(n);
      };
      return { ...loaded, runLanes };
    },
  };
  return { backend, passes: () => passes };
}

test("a gradient at many points may be computed in pieces, has the same bits, and is not computed again", () => {
  const { backend, passes } = counting();
  const begun = (): Search => {
    const [profile, own] = remembering(FULL, model, { ...options, backend });
    return finished(startSearch(profile, model, own))!;
  };
  const points = { kind: "stage", start: 0, batch: 0, count: 900 } as const;
  const whole = begun();
  const x = whole.from;
  const g = new Float64Array(x.length);
  const elbo = whole.ascent.gradientInto(g, x, points);
  const { ascent, sampler, generator } = begun();
  const theta = new Float64Array(x.length);
  ascent.chart.thetaInto(theta, x);
  const draw = { generator, stream: streamOf(points), firstSample: 0, samples: points.count, group: points.count };
  for (const [chunks, pauses] of [
    [4, 0],
    [2, 1],
    [1, 0], // as it is known by now
  ] as const) {
    let paused = 0;
    const before = passes();
    for (const _ of sampler.memory!.inChunks(theta, draw, chunks)) paused++;
    expect(paused, `${chunks} chunks at once`).toBe(pauses);
    expect(passes() > before).toBe(pauses > 0);
  }
  const [before, again] = [passes(), new Float64Array(x.length)];
  expect(ascent.gradientInto(again, x, points)).toBe(elbo);
  expect([...again]).toEqual([...g]);
  expect(passes()).toBe(before);
});

const textOf = (posterior: Posterior): string => JSON.stringify(posterior);

describe("the state of a fit that chooses its steps", () => {
  const whole = fit(model, options);

  test.each([100, 700, 3000])("after %d samples: what follows is one long run", (maxSamples) => {
    const { state, status } = fit(model, { ...options, maxSamples });
    expect(status).toBe(maxSamples < 1000 ? "budget" : "converged");
    for (const kept of [state, structuredClone(state), JSON.stringify(state), JSON.parse(JSON.stringify(state))]) {
      const again = fit(model, { resume: kept, onWarning: () => undefined });
      expect(textOf(again)).toBe(textOf(whole));
    }
  });

  test("may be taken again and again, as where there is little time each", () => {
    let time = 0;
    const slice = { ...options, now: () => time++, timeBudget: 8 };
    let posterior = fit(model, slice);
    // What is known takes a turn of this clock each, too.
    for (const timeBudget of [16, 24, 60])
      posterior = fit(model, { ...slice, collapse: undefined, resume: posterior.state, timeBudget });
    expect(posterior.elboTrace.length).toBe(60);
    posterior = fit(model, { resume: posterior.state, onWarning: () => undefined });
    expect(textOf(posterior)).toBe(textOf(whole));
  });

  test("spares the gradients that were taken", () => {
    const [all, first, rest] = [counting(), counting(), counting()];
    fit(model, { ...options, backend: all.backend });
    const { state } = fit(model, { ...options, maxSamples: 3000, backend: first.backend });
    fit(model, { resume: state, onWarning: () => undefined, backend: rest.backend });
    expect(first.passes()).toBeGreaterThan(20);
    expect(rest.passes()).toBeLessThanOrEqual(all.passes() - first.passes() / 2);
  });

  test("of another model, version, kind or estimator, damaged or cut off, is refused by name", async () => {
    const { state } = fit(model, { ...options, maxSamples: 300 });
    const text = JSON.stringify(state);
    const resume =
      (kept: unknown, more: FitOptions = {}, of = model) =>
      () =>
        fit(of, { ...more, resume: kept as string });
    expect(resume(text, {}, modelOf(2.6))).toThrow(/^fit: resume: .*has changed/);
    expect(resume(text, {}, modelOf(2.5, "others"))).toThrow(/^fit: resume: .*"steps"/);
    expect(resume(text.slice(0, text.length / 2))).toThrow(/^fit: resume: saved is damaged or cut off/);
    expect(resume(text.replace(/(\d)(\d)(,"?-?\d)/, "$2$1$3"))).toThrow(/^fit: resume: .*damaged|changed/);
    expect(resume({ ...state, version: 2 })).toThrow(/^fit: resume: .*version/);
    expect(resume(text, { steps: 10 })).toThrow(/^fit: resume: .*search/);
    await expect(fitAsync(model, { resume: text, seed: 4 })).rejects.toThrow("seed is another one");
    expect(resume(text, { seed: 4 })).toThrow("fit: resume: seed is another one; got 4, expected 3");
    expect(resume(text, { estimator: score() })).toThrow(/^fit: resume: estimator is another one/);
    expect(resume(text, { init: { mu: [0], rho: [0] } })).toThrow(/^fit: resume: a state has its own start/);
  });
});
