// Ten programs written with operators and ifs, with calls, and with methods: the three have the same posterior, bit for bit.
import { expect, it } from "vitest";
import { fit, type Model } from "../../src/index.ts";
import * as nondiff from "../../src/methods/index.ts";
import { callsModel, plainModel } from "../support/plain.ts";

const methodsModel = (body: string): Model => {
  const names = "normal, bernoulli, exponential, uniform, sigmoid, pick, exp, poisson, value".split(", ");
  const define = new Function(
    "nondiff",
    `"use strict";const { defineModel, ${names.join(", ")} } = nondiff;return defineModel("m", ({ sample, observe, track, where, branch }) => {\n${body}\n});`,
  );
  return define(nondiff) as Model;
};

interface Example {
  readonly plain: string;
  readonly calls: string;
  readonly methods: string;
}

const Z = `const z = sample("z", normal(0, 1));`;
const TWO = `const u = sample("u", normal(0, 1)); const v = sample("v", normal(1, 2));`;
const COUNTS = "[3, 4, 2, 9, 8, 11]";

const EXAMPLES: Readonly<Record<string, Example>> = {
  "a mixture of two": {
    plain: `${Z} observe(normal(z > 0 ? 5 : -2, 1), 0);`,
    calls: `${Z} observe(normal(where(gt(z, 0), 5, -2), 1), 0);`,
    methods: `${Z} observe(normal(z.gt(0).where(5, -2), 1), 0);`,
  },
  "a chain of methods": {
    plain: `${Z} if (z * 2 + 1 > 0) observe(normal(z, 1), 0.5); else observe(normal(-z, 2), 0.5);`,
    calls: `${Z} branch(gt(add(mul(z, 2), 1), 0), () => observe(normal(z, 1), 0.5), () => observe(normal(neg(z), 2), 0.5));`,
    methods: `${Z} branch(z.mul(2).add(1).gt(0), () => observe(normal(z, 1), 0.5), () => observe(normal(z.neg(), 2), 0.5));`,
  },
  "a change point": {
    plain: `const early = sample("early", exponential(0.2)), late = sample("late", exponential(0.2)), day = sample("day", uniform(0, 6));
      ${COUNTS}.forEach((y, i) => observe(normal(day > i ? early : late, 2), y));`,
    calls: `const early = sample("early", exponential(0.2)), late = sample("late", exponential(0.2)), day = sample("day", uniform(0, 6));
      ${COUNTS}.forEach((y, i) => observe(normal(where(gt(day, i), early, late), 2), y));`,
    methods: `const early = sample("early", exponential(0.2)), late = sample("late", exponential(0.2)), day = sample("day", uniform(0, 6));
      ${COUNTS}.forEach((y, i) => observe(normal(day.gt(i).where(early, late), 2), y));`,
  },
  "a line with a kink": {
    plain: `${TWO} [1, 2, 3].forEach((x) => observe(normal(u + v * x + (x > u ? v * (x - u) : 0), 1), x));`,
    calls: `${TWO} [1, 2, 3].forEach((x) => observe(normal(add(add(u, mul(v, x)), where(gt(x, u), mul(v, sub(x, u)), 0)), 1), x));`,
    methods: `${TWO} [1, 2, 3].forEach((x) => observe(normal(u.add(v.mul(x)).add(value(x).gt(u).where(v.mul(value(x).sub(u)), 0)), 1), x));`,
  },
  "conditions joined": {
    plain: `${TWO} observe(normal(u > 0 && v < 1 || !(u < v) ? 2 : -1, 1), 0.3);`,
    calls: `${TWO} observe(normal(where(or(and(gt(u, 0), lt(v, 1)), not(lt(u, v))), 2, -1), 1), 0.3);`,
    methods: `${TWO} observe(normal(u.gt(0).and(v.lt(1)).or(u.lt(v).not()).where(2, -1), 1), 0.3);`,
  },
  "functions of Math": {
    plain: `${TWO} observe(normal(Math.exp(u) + Math.abs(v), Math.sqrt(1 + u ** 2)), 2);`,
    calls: `${TWO} observe(normal(add(exp(u), abs(v)), sqrt(add(1, pow(u, 2)))), 2);`,
    methods: `${TWO} observe(normal(u.exp().add(v.abs()), value(1).add(u.pow(2)).sqrt()), 2);`,
  },
  "largest and smallest": {
    plain: `${TWO} observe(normal(Math.max(u, v) / 2 - Math.min(u, 0), 1), 1);`,
    calls: `${TWO} observe(normal(sub(div(max(u, v), 2), min(u, 0)), 1), 1);`,
    methods: `${TWO} observe(normal(u.max(v).div(2).sub(u.min(0)), 1), 1);`,
  },
  "steps of a walk": {
    plain: `let x = sample("x0", normal(0, 1));
      for (const [i, y] of [0.5, 1.5, 1].entries()) { if (x > 1) x -= 1; x = sample(\`x\${i + 1}\`, normal(x, 0.5)); observe(normal(x, 1), y); }`,
    calls: `let x = sample("x0", normal(0, 1));
      for (const [i, y] of [0.5, 1.5, 1].entries()) { x = where(gt(x, 1), sub(x, 1), x); x = sample(\`x\${i + 1}\`, normal(x, 0.5)); observe(normal(x, 1), y); }`,
    methods: `let x = sample("x0", normal(0, 1));
      for (const [i, y] of [0.5, 1.5, 1].entries()) { x = x.gt(1).where(x.sub(1), x); x = sample(\`x\${i + 1}\`, normal(x, 0.5)); observe(normal(x, 1), y); }`,
  },
  "a hidden coin": {
    plain: `const p = sample("p", uniform(0, 1)); [1, 0, 1].forEach((yes, i) => observe(bernoulli(sample(\`c\${i}\`, uniform(0, 1)) > 0.5 ? p : 0.5), yes));`,
    calls: `const p = sample("p", uniform(0, 1)); [1, 0, 1].forEach((yes, i) => observe(bernoulli(where(gt(sample(\`c\${i}\`, uniform(0, 1)), 0.5), p, 0.5)), yes));`,
    methods: `const p = sample("p", uniform(0, 1)); [1, 0, 1].forEach((yes, i) => observe(bernoulli(sample(\`c\${i}\`, uniform(0, 1)).gt(0.5).where(p, 0.5)), yes));`,
  },
  "a derived number": {
    plain: `${TWO} const w = sigmoid(u - v); track("w", w); observe(bernoulli(w >= 0.5 ? 0.9 : w), 1);`,
    calls: `${TWO} const w = sigmoid(sub(u, v)); track("w", w); observe(bernoulli(where(ge(w, 0.5), 0.9, w)), 1);`,
    methods: `${TWO} const w = u.sub(v).sigmoid(); track("w", w); observe(bernoulli(w.ge(0.5).where(0.9, w)), 1);`,
  },
};

/** What a short fit ends with, to the last bit. */
function bits(model: Model): string {
  const posterior = fit(model, { steps: 3, samples: 4, seed: 5, onWarning() {} });
  const numbers = posterior.quantities.map((name) => `${name} ${posterior.mean(name)} ${posterior.sd(name)}`);
  return [...numbers, ...posterior.elboTrace].join("; ");
}

it("are ten", () => {
  expect(Object.keys(EXAMPLES)).toHaveLength(10);
});

it.each(Object.entries(EXAMPLES))("%s", (_, { plain, calls, methods }) => {
  const expected = bits(callsModel(calls));
  expect(bits(plainModel(plain))).toBe(expected);
  expect(bits(methodsModel(methods))).toBe(expected);
});

it("differ where one number does", () => {
  const { calls } = EXAMPLES["a mixture of two"]!;
  expect(bits(callsModel(calls.replace("-2", "-2.0000001")))).not.toBe(bits(callsModel(calls)));
});
