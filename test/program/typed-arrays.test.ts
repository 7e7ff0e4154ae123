// Typed arrays are taken wherever arrays of numbers are, and mean the same.
import { describe, expect, test } from "vitest";
import * as n from "../../src/index.ts";
import { defineModel, type Model, type ProgramContext } from "../../src/program/model.ts";

type List = readonly number[] | Float64Array;
type Program = (context: ProgramContext, list: (...numbers: number[]) => List) => void;

const PROGRAMS: Readonly<Record<string, Program>> = {
  categorical: ({ sample, observe }, list) => {
    const k = sample("k", n.categorical(list(0.2, 0.3, 0.5)));
    observe(n.normal(n.pick(list(-2, 0, 3), k), 1), 2.7);
  },
  "rows of pick": ({ sample, observe }, list) => {
    const k = sample("k", n.bernoulli(0.3));
    const [mean, sd] = n.pick([list(1, 2), list(3, 4)], k);
    observe(n.normal(mean!, sd!), 2.7);
  },
  finite: ({ sample, observe }, list) => {
    observe(n.normal(sample("x", n.finite(list(0.5, 2, 10), list(0.2, 0.3, 0.5))), 1), 2.7);
  },
  dirichlet: ({ sample, observe }, list) => {
    const p = sample("p", n.dirichlet(list(1, 2, 3)));
    observe(n.multinomial(6, p), list(1, 2, 3));
    observe(n.dirichletMultinomial(6, list(1, 2, 3)), list(3, 2, 1));
    observe(n.dirichlet(list(1, 2)), list(0.25, 0.75));
  },
  "ordered outcomes": ({ sample, observe }, list) => {
    const x = sample("x", n.normal(0, 1));
    observe(n.orderedLogistic(x, list(-1, 1)), 2);
    observe(n.orderedProbit(x, list(-1, 1)), 1);
  },
  mixture: ({ sample }, list) => {
    sample("x", n.mixture(list(0.25, 0.75), [n.normal(0, 1), n.normal(3, 1)]));
  },
  ar: ({ sample, observe }, list) => {
    observe(n.ar(list(0.5, 0.2), sample("sd", n.exponential(1)), 4), list(0.1, 0.2, -0.3, 0.4));
  },
  multivariateNormal: ({ sample, observe }, list) => {
    const x = sample("x", n.multivariateNormal(list(1, 2), { cholesky: [list(1, 0), list(0.5, 2)] }));
    observe(n.multivariateStudentT(5, x, { covariance: [list(1, 0), list(0, 1)] }), list(0.3, 0.4));
  },
  "a parameter without spread, matrices and what is tracked": ({ sample, observe, param, track }, list) => {
    const [a, b] = param("a", list(0.1, 0.2));
    const [x] = n.solve([[2, 0], [0, b!]], list(1, 2)); // biome-ignore format: a matrix
    track("weights", list(1, 2));
    observe(n.normal(n.add(sample("z", n.normal(a!, 1)), x!), 1), 2);
  },
};

const modelOf = (program: Program, list: (...numbers: number[]) => List): Model =>
  defineModel("lists", (context) => program(context, list));

describe("typed arrays are taken as arrays are", () => {
  test.each(Object.entries(PROGRAMS))("by %s", (_name, program) => {
    const [plain, typed] = [
      (...numbers: number[]) => numbers,
      (...numbers: number[]) => Float64Array.from(numbers),
    ].map((list) => n.fit(modelOf(program, list), { steps: 2, samples: 4, seed: 1, onWarning: () => undefined }));
    expect(typed!.elboTrace).toEqual(plain!.elboTrace);
    expect(typed!.summary()).toEqual(plain!.summary());
  });
});
