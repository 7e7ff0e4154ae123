/** What was saved comes back to the bit; what is damaged, of another model or of another form is refused by name. */
import { describe, expect, test } from "vitest";
import {
  adam,
  add,
  bernoulli,
  categorical,
  corrected,
  defineModel,
  dirichlet,
  exponential,
  fit,
  fullRank,
  type Guide,
  gt,
  type Model,
  meanField,
  mul,
  normal,
  Posterior,
  type Real,
  reparam,
  type Saved,
  where,
} from "../../../src/index.ts";
import { cheating } from "../../../src/models/cheating.ts";
import { gmm } from "../../../src/models/gmm.ts";
import { textmsg } from "../../../src/models/textmsg.ts";
import { xornet } from "../../../src/models/xornet.ts";
import { SOAK } from "../../support/soak.ts";
import { climbed } from "../../support/unweighed.ts";

const quick = { maxSamples: 1000, restarts: 1, seed: 1, onWarning() {} } as const;

/** Vectors, an arm, what is tracked, discrete latents. */
const mixed = defineModel("mixed", ({ sample, observe, branch, track }) => {
  const w = sample("w", dirichlet([1, 2, 3]));
  const rate = sample("rate", exponential(1));
  const k = sample("k", categorical([0.3, 0.7]));
  const c = sample("c", normal(0, 1));
  branch(
    gt(c, 0.3),
    () => {
      const x = sample("x", normal(0, 1));
      observe(normal(add(x, rate), 1), 1.3);
    },
    () => observe(normal(rate, 1), 1.3),
  );
  observe(normal(where(gt(k, 0.5), w[0]!, 2), 0.5), 0.4);
  // A rate that is left open has a tail for which a posterior takes four times as many draws to answer by.
  if (!SOAK) observe(normal(rate, 0.3), 1.2);
  track("total", add(w[0]!, mul(2, rate)));
});

/** Of textmsg's 37 conditions five tell as much. */
const change = SOAK
  ? textmsg
  : defineModel("change", ({ sample, observe }) => {
      const [early, late, day] = ["early", "late", "day"].map((name) => sample(name, normal(0, 1))) as [
        Real,
        Real,
        Real,
      ];
      [0.9, 1.2, 0.8, -1.1, -0.7].forEach((y, i) => void observe(normal(where(gt(day, i / 2 - 1), early, late), 1), y));
    });

/** All that a posterior says, as bits. */
function numbersOf(posterior: Posterior): unknown {
  const bits = (values: Float64Array): string =>
    Array.from(new BigUint64Array(Float64Array.from(values).buffer)).join();
  const options = { draws: 200, seed: 3 };
  const weighted = posterior.isRandom ? posterior.drawn(options) : posterior.reweighted(options);
  return {
    params: Object.entries(posterior.params).map(([key, values]) => [key, bits(values as Float64Array)]),
    trace: bits(posterior.elboTrace),
    summary: posterior.summary().map(({ name, ...rest }) => [name, bits(Float64Array.from(Object.values(rest)))]),
    covariance: bits(posterior.covariance()),
    sample: Object.entries(posterior.sample(50, { seed: 2 })).map(([name, values]) => [name, bits(values)]),
    weights: bits(weighted.weights),
    draws: weighted.names.map((name) => bits(weighted.values(name))),
    evidence: bits(Float64Array.of(weighted.logEvidence, weighted.logEvidenceError)),
    status: posterior.status,
    report: posterior.report,
    warnings: posterior.warnings,
  };
}

describe("a saved posterior", () => {
  const cases: [string, () => [Model, Posterior]][] = [
    ["gmm", () => [gmm, fit(gmm, quick)]],
    ["a change point, summed out", () => [change, fit(change, quick)]],
    ["a change point with its jumps", () => [change, fit(change, { ...quick, collapse: false })]],
    ["cheating", () => [cheating, climbed(cheating, { ...quick, collapse: false })]],
    ["xornet by the loop", () => [xornet, fit(xornet, { optimizer: adam(), steps: 30, seed: 2 })]],
    ["vectors, arms and discrete latents", () => [mixed, fit(mixed, quick)]],
    ["the same with pairs", () => [mixed, fit(mixed, { steps: 20, guide: fullRank({ pairs: [["c", "rate"]] }) })]],
    ["another estimator", () => [cheating, climbed(cheating, { ...quick, estimator: reparam() })]],
    ["some of the latents summed out", () => [mixed, fit(mixed, { ...quick, collapse: { only: ["k"], budget: 8 } })]],
  ];
  test.each(cases)("of %s has the same bits: as text, as an object, and after structuredClone", (_, made) => {
    const [model, posterior] = made();
    const expected = numbersOf(posterior);
    expect(numbersOf(Posterior.from(model, JSON.stringify(posterior)))).toEqual(expected);
    const again = Posterior.from(model, structuredClone(posterior.toJSON()));
    // Its text, below, is the same: so is all that is made of it.
    if (SOAK) expect(numbersOf(again)).toEqual(expected);
    expect(JSON.stringify(again)).toBe(JSON.stringify(posterior));
    expect(again).toBeInstanceOf(Posterior);
  });

  test("has numbers that JSON has no word for", () => {
    const model = defineModel("odd", ({ sample }) => void sample("z", normal(0, 1)));
    const init = { mu: [-0], rho: [1] };
    const posterior = fit(model, {
      init,
      steps: 1,
      optimizer: { name: "none", init: () => new Float64Array(0), update() {} },
    });
    const again = Posterior.from(model, JSON.stringify(posterior));
    expect(Object.is(again.params.mu[0], -0)).toBe(true);
  });

  test("with parameters without spread and a guide of one's own", () => {
    const model = defineModel("own", ({ sample, observe, param }) =>
      observe(normal(add(sample("z", normal(0, 1)), param("m", 1)), 1), 3),
    );
    const own: Guide = { ...meanField(), name: "own", over: (trace) => ({ ...meanField().over(trace), name: "own" }) };
    const posterior = fit(model, { guide: own, steps: 10 });
    expect(() => Posterior.from(model, posterior.toJSON())).toThrow(
      'Posterior.from: guide "own" is not known; got no option `guide`, expected the one that was fitted',
    );
    const again = Posterior.from(model, posterior.toJSON(), { guide: own });
    expect(again.mean("m")).toBe(posterior.mean("m"));
    expect(again.params).toEqual(posterior.params);
  });
});

describe("what was saved is refused", () => {
  const modelOf = (datum: number, name = "coin", more = false): Model =>
    defineModel(name, ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      if (more) sample("other", bernoulli(0.5));
      observe(normal(z, 1), datum);
    });
  const model = modelOf(1);
  const posterior = fit(model, { ...quick, estimator: corrected() });
  const saved = posterior.toJSON();
  const text = JSON.stringify(saved);

  test("of another model, and of one whose data or program have changed", () => {
    expect(() => Posterior.from(modelOf(1, "dice"), saved)).toThrow(
      'Posterior.from: saved is of another model; got "coin", expected "dice"',
    );
    const changed =
      /Posterior.from: model "coin" has changed since, its program or its data; got fingerprint [0-9a-f]{16}/;
    expect(() => Posterior.from(modelOf(1.0000001), saved)).toThrow(changed);
    expect(() => Posterior.from(modelOf(1, "coin", true), saved)).toThrow(changed);
  });

  test("of another version or kind, and what was never saved", () => {
    expect(() => Posterior.from(model, { ...saved, version: 2 })).toThrow("got version 2, expected 1");
    expect(() => Posterior.from(model, { ...saved, nondiff: "state" })).toThrow(
      'got a "state", expected a "posterior"',
    );
    for (const other of [null, 3, {}, "[]", { mu: [1] }])
      expect(() => Posterior.from(model, other as Saved)).toThrow("Posterior.from: nothing that was saved; got");
  });

  test("cut off anywhere, or changed in any place", () => {
    for (let at = 0; at < text.length; at += 7)
      expect(() => Posterior.from(model, text.slice(0, at)), `cut at ${at}`).toThrow("damaged or cut off");
    // Every 11th digit becomes another one.
    const digits = [...text.matchAll(/\d/g)].map(({ index }) => index!).filter((_, i) => i % 11 === 0);
    expect(digits.length).toBeGreaterThan(20);
    for (const at of digits) {
      const changed = text.slice(0, at) + ((Number(text[at]) + 1) % 10) + text.slice(at + 1);
      // The 17th digit of a number may be changed without changing the number.
      if (JSON.stringify(JSON.parse(changed)) === text) continue;
      expect(() => Posterior.from(model, changed), `changed at ${at}`).toThrow(
        /damaged or cut off|version of the form/,
      );
    }
  });

  test("of another shape, where the guide that is given has other parameters", () => {
    const two = defineModel("two", ({ sample, observe }) =>
      observe(normal(add(sample("a", normal(0, 1)), sample("b", normal(0, 1))), 1), 1),
    );
    const full = fit(two, quick).toJSON();
    expect(() => Posterior.from(two, full, { guide: meanField() })).toThrow(
      'Posterior.from: saved is of another shape; got 5 parameters (number 4 "lower[b on a]"), expected 4 (number 4 "none")',
    );
  });

  test("but not where a store has brought its keys into another order", () => {
    const shuffled = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffled)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, entry]) => [key, shuffled(entry)]),
            )
          : value;
    expect(Posterior.from(model, shuffled(saved) as Saved).params).toEqual(posterior.params);
  });
});
