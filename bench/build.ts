/**
 * What `npm run bench:build` prints: milliseconds to trace, differentiate and compile a model, in a fresh process and in
 * one that has done so before.
 */

import { execFileSync } from "node:child_process";
import { ALL_BOUNDARIES, HAND_WRITTEN } from "./gradients/gradients.ts";
import { changePoint, regression } from "./growth/models.ts";
import {
  add,
  corrected,
  defineModel,
  type Estimator,
  gt,
  type Model,
  makeSampler,
  mul,
  normal,
  type Real,
  reparam,
} from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";
import { median } from "./tools/timing.ts";

declare const performance: { now(): number };

/** One latent, n conditions and observations, each of which depends on all conditions before it. */
const links = (n: number): Model =>
  defineModel("links", ({ sample, observe, where }) => {
    let state: Real = sample("start", normal(0, 1));
    for (let k = 0; k < n; k++) {
      state = add(mul(0.9, state), where(gt(state, 0), 0.1, -0.1));
      observe(normal(state, 1), Math.sin(k), `link ${k}`);
    }
  });

interface Case {
  readonly name: string;
  readonly model: Model;
  readonly estimator: Estimator;
  readonly large?: boolean;
}
const CASES: readonly Case[] = [
  ...HAND_WRITTEN.map(({ model }) => ({ name: `${model.name}, corrected`, model, estimator: corrected() })),
  { name: "regression, 10⁵ observations, reparam", model: regression(1e5), estimator: reparam(), large: true },
  { name: "links, 10⁵ conditions, reparam", model: links(1e5), estimator: reparam(), large: true },
  { name: "change point, 10⁵ conditions, corrected", model: changePoint(1e5), estimator: corrected(), large: true },
  { name: "change point, 10⁴ boundaries summed", model: changePoint(1e4), estimator: ALL_BOUNDARIES, large: true },
];

/** Makes the tape of a case; the milliseconds that it took, on the clock and of processors. */
export function build(index: number): [elapsed: number, processor: number] {
  const { model, estimator } = CASES[index]!;
  const [start, used] = [performance.now(), process.cpuUsage()];
  const sampler = makeSampler(model, estimator);
  (sampler.means ?? sampler.each)();
  const { user, system } = process.cpuUsage(used);
  return [performance.now() - start, (user + system) / 1000];
}

const EFFORT: { readonly [L in Length]: { readonly processes: number; readonly warm: number } } = {
  smoke: { processes: 0, warm: 1 },
  short: { processes: 5, warm: 60 },
  full: { processes: 15, warm: 200 },
};

export function bench(length: Length, print: Print): void {
  const { processes, warm } = EFFORT[length];
  const widths = [42, 10, 10, 10, 10];
  print("\nMilliseconds to trace, differentiate and compile: medians, on the clock and of processors");
  print(columns(["", "cold", "processor", "warm", "processor"], widths));
  CASES.forEach(({ name, large }, index) => {
    if (large && length === "smoke") return;
    const program = `import { build } from ${JSON.stringify(import.meta.url)}; console.log(JSON.stringify(build(${index})))`;
    const fresh = (): [number, number] =>
      JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }));
    const cold = Array.from({ length: large ? 1 : processes }, fresh);
    const times = Array.from({ length: large ? 1 : warm }, () => build(index)).slice(large ? 0 : warm >> 1);
    const shown = (values: readonly (readonly number[])[]): string[] =>
      [0, 1].map((j) => (values.length > 0 ? median(values.map((value) => value[j]!)).toFixed(1) : ""));
    print(columns([name, ...shown(cold), ...shown(times)], widths));
  });
}
