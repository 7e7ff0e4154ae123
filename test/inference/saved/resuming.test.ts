/** A loop that is stopped and resumed is the loop that was never stopped, bit for bit. */
import { describe, expect, test } from "vitest";
import * as core from "../../../src/core.ts";
import {
  adam,
  corrected,
  defineModel,
  type Estimator,
  type FitOptions,
  fit,
  fitAsync,
  fitSteps,
  fullRank,
  type Model,
  normal,
  Posterior,
  reparam,
  rmsprop,
  sgd,
  smoothed,
} from "../../../src/index.ts";
import { gmm } from "../../../src/models/gmm.ts";
import { textmsg } from "../../../src/models/textmsg.ts";
import { xornet } from "../../../src/models/xornet.ts";

const quiet = { onWarning() {} } as const;

describe("a resumed loop", () => {
  const cases: [string, Model, () => FitOptions][] = [
    ["Adam", textmsg, () => ({ optimizer: adam({ learningRate: 0.05 }), seed: 3 })],
    ["momentum", textmsg, () => ({ optimizer: sgd({ learningRate: 1e-4, momentum: 0.9 }), samples: 7 })],
    ["RMSProp and another estimator", gmm, () => ({ optimizer: rmsprop(), estimator: reparam() })],
    ["a schedule", gmm, () => ({ estimator: smoothed({ schedule: "dsgd" }) })],
    ["full rank", textmsg, () => ({ guide: fullRank(), estimator: corrected({ points: "random" }) })],
    ["latents summed out", textmsg, () => ({ collapse: "auto" })],
    ["network of steps", xornet, () => ({ samples: 4 })],
  ];
  test.each(cases)("of 10 + 10 steps is one of 20: %s", async (_, model, options) => {
    const make = (): FitOptions => ({ ...options(), ...quiet });
    const whole = fit(model, { ...make(), steps: 20 });
    const half = fit(model, { ...make(), steps: 10 });
    expect(half.params).not.toEqual(whole.params);
    const { guide: _guide, collapse: _collapse, samples: _samples, seed: _seed, ...rest } = make();
    const again = fit(model, { ...rest, resume: JSON.stringify(half.state), steps: 10 });
    expect(again.params).toEqual(whole.params);
    expect(again.elboTrace).toEqual(whole.elboTrace);
    expect(JSON.stringify(again)).toBe(JSON.stringify(whole));
  });

  test("may be stopped often, by every form of a fit, and after saving the posterior", async () => {
    const whole = fit(gmm, { steps: 12, seed: 5 });
    let now = fit(gmm, { steps: 3, seed: 5 });
    now = Posterior.from(gmm, JSON.stringify(now));
    now = await fitAsync(gmm, { resume: structuredClone(now.state), steps: 3 });
    const steps = fitSteps(gmm, { resume: now.state, steps: 3 });
    const told: number[] = [];
    for (;;) {
      const next = steps.next();
      if (next.done) {
        now = next.value;
        break;
      }
      told.push(next.value.step, next.value.steps);
    }
    expect(told).toEqual([7, 9, 8, 9, 9, 9]);
    now = fit(gmm, { resume: now.state, steps: 3, optimizer: adam() });
    expect(now.params).toEqual(whole.params);
    expect(now.elboTrace).toEqual(whole.elboTrace);
  });

  test("leaves the state as it was, to go on from it again", () => {
    const { state } = fit(gmm, { steps: 5 });
    const text = JSON.stringify(state);
    const [one, two] = [1, 2].map(() => fit(gmm, { resume: state, steps: 5 }));
    expect(one!.params).toEqual(two!.params);
    expect(JSON.stringify(state)).toBe(text);
  });
});

describe("a state is refused", () => {
  const modelOf = (datum: number, name = "m"): Model =>
    defineModel(name, ({ sample, observe }) => observe(normal(sample("z", normal(0, 1)), 1), datum));
  const { state } = fit(modelOf(1), { steps: 5, ...quiet });
  const resume =
    (options: FitOptions, model = modelOf(1)) =>
    () =>
      fit(model, { resume: state, steps: 5, ...options });

  test("with another optimiser, estimator, seed, size of a sample or start", () => {
    expect(resume({ optimizer: sgd() })).toThrow("fit: resume: optimizer is another one; got sgd, expected adam");
    expect(resume({ estimator: reparam() })).toThrow(
      "fit: resume: estimator is another one; got reparam, expected corr",
    );
    expect(resume({ seed: 7 })).toThrow("fit: resume: seed is another one; got 7, expected 0");
    expect(resume({ samples: 3 })).toThrow("fit: resume: samples is another one; got 3, expected 16");
    expect(resume({ init: { mu: [0], rho: [0] } })).toThrow("fit: resume: a state has its own parameters");
    expect(resume({ guide: fullRank() })).toThrow(
      'fit: resume: saved is of another guide; got "mean-field", expected "full-rank"',
    );
  });

  test("of another model or with other data, damaged, or of another kind", () => {
    expect(resume({}, modelOf(1, "n"))).toThrow('fit: resume: saved is of another model; got "m", expected "n"');
    expect(resume({}, modelOf(2))).toThrow('fit: resume: model "m" has changed since');
    expect(resume({ resume: { ...state, checksum: "0" } })).toThrow("fit: resume: saved is damaged or cut off");
    expect(resume({ resume: fit(modelOf(1), { steps: 1 }).toJSON() })).toThrow('got a "posterior", expected a "state"');
    expect(resume({ resume: "" })).toThrow("fit: resume: saved is damaged or cut off");
    expect(() => core.fit(modelOf(1), { resume: state, steps: 1 })).toThrow("fit: option is beyond nondiff/core");
  });

  test("and there is none of what was loaded, or whose estimator learns", () => {
    const loaded = Posterior.from(modelOf(1), JSON.stringify(fit(modelOf(1), quiet)));
    expect(() => loaded.state).toThrow("state: nothing to go on from; got a fit whose estimator learns");
    const plain = reparam();
    const learning: Estimator = {
      ...plain,
      build: (...given) => ({
        ...plain.build(...given),
        adaptive: { reads: [], pilot() {}, learn() {}, update() {} } as never,
      }),
    };
    expect(() => fit(modelOf(1), { steps: 2, estimator: learning }).state).toThrow("whose estimator learns on its way");
  });
});
