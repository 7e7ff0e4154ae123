/** Every model under every estimator: what is on the tape, what it takes to make, gradient samples per second. */
import {
  analyseBoundaries,
  buildObjective,
  corrected,
  type Estimator,
  type GradientSampler,
  gmm,
  lyy18,
  makeGenerator,
  makeSampler,
  meanGradientInto,
  reparam,
  score,
  type Tape,
} from "../library.ts";
import { columns, type Print } from "../tools/print.ts";
import { type Effort, sideBySide } from "../tools/timing.ts";
import { ALL_BOUNDARIES, pointOf, type Written } from "./gradients.ts";

declare const performance: { now(): number };

const ESTIMATORS: readonly (readonly [name: string, estimator: Estimator])[] = [
  ["score", score()],
  ["reparam", reparam()],
  ["lyy18", lyy18()],
  ["all boundaries", ALL_BOUNDARIES],
  ["corrected", corrected()],
];

export function estimators(effort: Effort, print: Print, models: readonly Written[]): void {
  const widths = [26, 9, 8, 8, 7, 11, 11, 13];
  print("\nEvery model × estimator: instructions on the tape, time to make it, gradient samples (noise included)");
  print(columns(["", "uniform", "lane", "slots", "lanes", "trace ms", "compile ms", "samples/s"], widths));
  for (const model of [gmm, ...models.map((entry) => entry.model)]) {
    for (const [name, estimator] of ESTIMATORS) {
      const make = (): { tracing: number; all: number; sampler: GradientSampler; tape: Tape } => {
        const start = performance.now();
        analyseBoundaries(buildObjective(model, estimator.graphOptions));
        const traced = performance.now();
        const sampler = makeSampler(model, estimator);
        const { tape } = (sampler.means ?? sampler.each)();
        return { tracing: traced - start, all: performance.now() - traced, sampler, tape };
      };
      if (effort.repeats > 1) make(); // once for the engine to compile it
      const { tracing, all, sampler, tape } = make();
      const theta = pointOf(model);
      const out = new Float64Array(theta.length);
      const draw = { generator: makeGenerator(1), stream: 0, firstSample: 0, samples: effort.samples };
      const run = (): number => meanGradientInto(out, sampler, theta, draw);
      const [timing] = sideBySide([{ name: "", run }], Math.min(3, effort.repeats), effort.milliseconds);
      const { size, lanes } = tape;
      const perSecond = Math.round((effort.samples / timing!.median) * 1000);
      const compile = Math.max(0, all - tracing);
      print(
        columns(
          [
            `${model.name} ${name}`,
            size.uniform,
            size.lane,
            size.laneSlots,
            lanes,
            tracing.toFixed(1),
            compile.toFixed(1),
            perSecond,
          ],
          widths,
        ),
      );
    }
  }
}
