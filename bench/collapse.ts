/**
 * What `npm run bench:collapse` prints: what it costs to sum latents out of a model, beside the same model under `collapse: false`; making, a
 * sample of a gradient of 256, and for switch2 a whole fit. Nothing is compared in value here, as the two estimate different ELBOs.
 */
import { changePointDays, coalMining } from "./growth/change-points.ts";
import {
  corrected,
  cp3,
  fit,
  hyst,
  type Model,
  makeGenerator,
  makeSampler,
  meanGradientInto,
  packParameters,
  switch2,
  temperature,
  textmsg,
} from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";
import { type Candidate, sideBySide } from "./tools/timing.ts";

const SAMPLES = 256;

/** Each model with the most that a sample may take, as a multiple of what it takes without. */
const CASES: readonly (readonly [model: () => Model, most: number])[] = [
  [() => textmsg, 12],
  [coalMining, 12],
  [hyst, 12],
  [() => temperature, 12],
  [cp3, 60],
  [switch2, 12],
  [() => changePointDays(1000), 3],
  [() => changePointDays(10_000), 3],
];

type Collapse = "auto" | false;

function making(model: Model, collapse: Collapse): Candidate {
  const run = (): number => {
    const sampler = makeSampler(model, corrected(), { collapse });
    return (sampler.means ?? sampler.each)().tape.size.lane;
  };
  return { name: String(collapse), run };
}

function sampling(model: Model, collapse: Collapse): Candidate {
  const sampler = makeSampler(model, corrected(), { collapse });
  const theta = packParameters("bench", sampler.objective.guide.space);
  const out = new Float64Array(theta.length);
  const draw = { generator: makeGenerator(1), stream: 0, firstSample: 0, samples: SAMPLES };
  return { name: String(collapse), run: () => meanGradientInto(out, sampler, theta, draw) };
}

function fitting(model: Model, collapse: Collapse): Candidate {
  return {
    name: String(collapse),
    run: () => fit(model, { collapse, restarts: 0, onWarning: () => undefined }).mean("up"),
  };
}

const EFFORT: {
  readonly [L in Length]: { readonly repeats: number; readonly milliseconds: number; readonly models: number };
} = {
  smoke: { repeats: 1, milliseconds: 0.01, models: 1 },
  short: { repeats: 5, milliseconds: 30, models: 7 },
  full: { repeats: 15, milliseconds: 100, models: 8 },
};

export function bench(length: Length, print: Print): void {
  const { repeats, milliseconds, models } = EFFORT[length];
  const widths = [24, 12, 12, 9, 9, 12, 12, 9];
  print(
    "\nLatents summed out, against `collapse: false`: milliseconds to make a gradient, microseconds for a sample; medians and their ratios",
  );
  print(columns(["", "making", "without", "ratio", "limit 1", "a sample", "without", "ratio"], widths));
  const pair = (
    of: (model: Model, collapse: Collapse) => Candidate,
    model: Model,
  ): readonly [number, number, number] => {
    const [without, collapsed] = sideBySide([of(model, false), of(model, "auto")], repeats, milliseconds) as [
      Timing,
      Timing,
    ];
    return [collapsed.median, without.median, collapsed.ratio];
  };
  for (const [modelOf, most] of CASES.slice(0, models)) {
    const model = modelOf();
    const [made, madeBefore, madeRatio] = pair(making, model);
    const [sample, sampleBefore, ratio] = pair(sampling, model);
    const micro = (time: number): string => ((1000 * time) / SAMPLES).toFixed(2);
    print(
      columns(
        [
          model.name,
          made.toFixed(1),
          madeBefore.toFixed(1),
          madeRatio.toFixed(2),
          madeRatio <= 1 ? "" : "ABOVE",
          micro(sample),
          micro(sampleBefore),
          `${ratio.toFixed(1)}${ratio <= most ? "" : ` ABOVE ${most}`}`,
        ],
        widths,
      ),
    );
  }
  const [whole, before, ratio] = pair(fitting, switch2());
  print(
    `trace, collapse, compile and fit of switch2: ${whole.toFixed(0)} ms, without ${before.toFixed(0)}; ratio ${ratio.toFixed(3)}${ratio <= 0.1 ? "" : " ABOVE 0.1"}`,
  );
}

type Timing = ReturnType<typeof sideBySide>[number];
