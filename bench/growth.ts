import { add, gt, mul, type Real } from "../src/autodiff/expr.ts";
import { runLanes, runUniform } from "../src/autodiff/tape.ts";
import { normal } from "../src/distributions/normal.ts";
import { reparam } from "../src/estimators/index.ts";
import { makeSampler } from "../src/inference/sampler.ts";
import { defineModel } from "../src/program/model.ts";
import { columns, type Print } from "./print.ts";
import { sideBySide } from "./timing.ts";

declare const performance: { now(): number };

/** Time against size: a chain of latents with a condition and an observation each. */
export function growth(decades: number, print: Print): void {
  print("\nGrowth of reparam on a chain: lane instructions, time to make the tape, ns per sample and link");
  const estimator = reparam();
  for (let decade = 2; decade <= decades; decade++) {
    const links = 10 ** decade;
    const chain = defineModel("chain", ({ sample, observe, where }) => {
      let state: Real = sample("start", normal(0, 1));
      for (let k = 0; k < links; k++) {
        state = add(mul(0.9, state), where(gt(state, 0), 0.1, -0.1));
        observe(normal(state, 1), Math.sin(k), `link ${k}`);
      }
    });
    const start = performance.now();
    const { tape } = makeSampler(chain, estimator);
    const making = performance.now() - start;
    runUniform(tape);
    const run = (): number => {
      runLanes(tape, tape.lanes);
      return tape.slots[tape.outputs[0]!.offset]!;
    };
    const [timing] = sideBySide([{ name: "", run }], 5, 10);
    const perLink = (timing!.median * 1e6) / tape.lanes / links;
    print(columns([`${links} links`, tape.size.lane, `${making.toFixed(0)} ms`, perLink.toFixed(2)], [16, 10, 10, 8]));
  }
}
