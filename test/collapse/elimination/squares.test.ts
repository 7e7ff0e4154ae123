// Flags that meet in the squares of a regression: what the squares have in pairs of flags is added before the flags meet.
import { describe, expect, test } from "vitest";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import * as n from "../../../src/index.ts";
import { trace } from "../../../src/program/trace.ts";
import { logCellSum } from "../../support/cell-sum.ts";
import { evaluatorOf } from "../../support/evaluate.ts";

const ROWS = 12;
const row = (r: number, i: number): number => Math.sin(3 * r + 7 * i + 1);
const outcome = (r: number): number => 2 * row(r, 0) - row(r, 3) + Math.cos(5 * r);

interface Parts {
  readonly flags: readonly n.Real[];
  readonly b: readonly n.Real[];
  readonly sd: n.Real;
}

type Case = (context: n.ProgramContext, parts: Parts, r: number) => void;

const meanOf = ({ flags, b }: Parts, r: number): n.Real =>
  n.sum(flags.map((flag, i) => n.where(n.gt(flag, 0.5), n.mul(b[i]!, row(r, i)), 0)));

const CASES: Readonly<Record<string, Case>> = {
  "a regression": ({ observe }, parts, r) => observe(n.normal(meanOf(parts, r), parts.sd), outcome(r)),
  "one with an intercept, in which flags are factors": ({ observe }, { flags, b, sd }, r) =>
    observe(
      n.normal(n.add(b[0]!, n.sum(flags.map((flag, i) => n.mul(n.mul(flag, b[i]!), row(r, i))))), sd),
      outcome(r),
    ),
  "one in half units": ({ observe }, parts, r) =>
    observe(n.normal(n.div(n.neg(meanOf(parts, r)), 2), 0.7), 0.5 * outcome(r)),
  "one whose noise a flag decides": ({ observe }, parts, r) =>
    observe(n.normal(meanOf(parts, r), n.where(n.gt(parts.flags[1]!, 0.5), 2, parts.sd)), outcome(r)),
  "one with heavy tails": ({ observe }, parts, r) => observe(n.studentT(4, meanOf(parts, r), parts.sd), outcome(r)),
};

const modelOf = (name: string, count: number, rows: number): n.Model =>
  n.defineModel(name, (context) => {
    const { sample } = context;
    const flags = Array.from({ length: count }, (_, i) => sample(`f${i}`, n.bernoulli(0.2 + 0.05 * i)));
    const b = Array.from({ length: count }, (_, i) => sample(`b${i}`, n.normal(0, 1)));
    const sd = sample("sd", n.halfNormal(1));
    for (let r = 0; r < rows; r++) CASES[name]!(context, { flags, b, sd }, r);
  });

const numberOf = (name: string): number => (name === "sd" ? 0.8 : 0.4 * Number(name.slice(1)) - 0.7);

function summed(model: n.Model) {
  const { graph, terms, latents } = collapseTrace(trace(model)).trace;
  const density = graph.sum(terms.map(({ node }) => node));
  const kept = Object.fromEntries(latents.map(({ name }) => [name, numberOf(name)]));
  // Of sd the input is its log.
  const inputs = graph.inputs.map(({ name }) => (name === "sd" ? Math.log(kept[name]!) : (kept[name] ?? Number.NaN)));
  return { kept, at: evaluatorOf(graph, [density])(inputs)[0]!, nodes: graph.reachable([density]).length };
}

describe.each(Object.keys(CASES))("%s", (name) => {
  test("has the density of the sum over all patterns", () => {
    const model = modelOf(name, 6, ROWS);
    const { at, kept } = summed(model);
    const finite = Array.from({ length: 6 }, (_, i) => ({ name: `f${i}`, values: [0, 1] }));
    // The log-Jacobian of sd is in the density.
    const expected = logCellSum(model, finite, kept) + Math.log(0.8);
    expect(Math.abs(at / expected - 1)).toBeLessThan(1e-12);
  });
});

test("ten flags take what their patterns take and four operations for each observation", () => {
  const [few, many] = [12, 100].map((rows) => summed(modelOf("a regression", 10, rows)).nodes) as [number, number];
  expect(many - few).toBeLessThanOrEqual(4 * 88);
  expect(many).toBeLessThan(8 * 2 ** 10); // each observation by itself would have 2¹⁰ squares
});
