/**
 * What `npm run bench:fit` prints: the samples and the ELBO (at 16,384 points of its own) of `fit` on the models of the fitting study, median and worst of ten seeds (three
 * without `--full`), against what they are to be; first with everything on, then mean field without collapse, one climb each.
 */
import {
  cheating,
  corrected,
  cp3,
  deduct,
  estimateGradient,
  expOf,
  type FitOptions,
  fit,
  fitSteps,
  fullRank,
  hyst,
  influenza,
  logOf,
  type Model,
  meanField,
  mixif,
  stepreg,
  switch2,
  temperature,
  textmsg,
  walk,
  xornet,
} from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";
import { type Candidate, cpuTime, type SelfTimed, sideBySide, type Timing } from "./tools/timing.ts";

interface Case {
  readonly model: () => Model;
  /** Most samples, in the median, and least ELBO, in so many of ten seeds. */
  readonly samples: number;
  readonly elbo: number;
  /** Standard error of the ELBOs that are measured, 0.01 by default; a third of it where the best ELBO there is lies 0.01 above what is asked for. */
  readonly error?: number;
  readonly options?: { readonly restarts?: number; readonly flips?: "auto" | false };
}

const WIDTHS = [34, 8, 8, 8, 9, 8, 10];
const CLIMB = { restarts: 0, flips: false } as const;

/** With latents summed out and the guide that the fit chooses. */
export const EVERYTHING: readonly Case[] = [
  { model: () => textmsg, samples: 1300, elbo: -292 },
  { model: cp3, samples: 1300, elbo: -150.22 },
  { model: switch2, samples: 1300, elbo: -27.46 },
  { model: mixif, samples: 2000, elbo: -47.77 },
  { model: hyst, samples: 1300, elbo: -4.54 },
  { model: stepreg, samples: 5000, elbo: -51.64 },
  { model: () => influenza, samples: 200_000, elbo: -7.65, options: { restarts: 4 } },
  { model: () => temperature, samples: 4000, elbo: -39.2 },
];

/** Mean field over all latents. */
const PLAIN: readonly Case[] = [
  { model: () => textmsg, samples: 3500, elbo: -292.45 },
  { model: cp3, samples: 1600, elbo: -150.76 },
  { model: stepreg, samples: 2200, elbo: -53.5 },
  { model: mixif, samples: 2700, elbo: -58.42 },
  { model: deduct, samples: 5000, elbo: -33.27, error: 0.003 },
  { model: () => cheating, samples: 1500, elbo: -65.35, error: 0.003 },
  { model: () => temperature, samples: 6000, elbo: -46.25 },
  { model: () => temperature, samples: 200_000, elbo: -42.45, options: { restarts: 4, flips: "auto" } },
  { model: () => influenza, samples: 17_000, elbo: -55 },
  { model: () => xornet, samples: 10_000, elbo: -18.1 },
  { model: () => xornet, samples: 70_000, elbo: -17, options: { restarts: 0, flips: "auto" } },
  { model: () => walk, samples: 200_000, elbo: -Infinity },
];

/** Runs all of it. */
export async function bench(length: Length, print: Print): Promise<void> {
  const seeds = length === "full" ? 10 : 3;
  for (const [title, cases, collapse] of [
    ["everything on", EVERYTHING, "auto"],
    ["mean field, collapse: false", PLAIN, false],
  ] as const) {
    print(`\n${title}, ${seeds} seeds`);
    print(columns(["model", "samples", "at most", "ELBO", "at least", "reach it", "status"], WIDTHS));
    for (const { model, samples, elbo, error = ERROR, options } of cases) {
      const made = model();
      const reports = Array.from({ length: seeds }, (_, seed) => {
        const fitted = reached(made, collapse, { ...options, seed });
        return { ...fitted, elbo: fitted.elbo(error) };
      });
      const middle = (of: (report: (typeof reports)[number]) => number): number =>
        reports.map(of).sort((p, q) => p - q)[seeds >> 1]!;
      const right = reports.filter((report) => report.elbo >= elbo).length;
      const flips = options?.flips ? " with flips" : "";
      const spent = middle((report) => report.samples);
      const row = [
        made.name + (options?.restarts ? ", restarts" : "") + flips,
        `${spent}`,
        `${samples}`,
        middle((report) => report.elbo).toFixed(2),
        `${elbo}`,
        `${right} of ${seeds}`,
        [...new Set(reports.map(({ status }) => status))].join(", "),
      ];
      print(columns(row, WIDTHS)); // each as soon as it is known: the last ones take minutes
    }
  }
  times(length === "smoke" ? 1 : 3, print);
}

const STEPS = 10_000;
const WARM = 300; // milliseconds of gradients, after which the engine has optimised what they run
const TIME_WIDTHS = [28, 12, 16, 8];
const PLAIN_FIT = { collapse: false, guide: meanField(), onWarning() {} } as const;

/**
 * From the first gradient of a fit to its last: without making it, and without the weights of its draws, which take turns with none. Fits are repeated
 * until as much as is asked for is measured, after as much again that is not: the loop of ten thousand steps is warm for nearly all of them.
 */
function optimising(model: Model, options: FitOptions): SelfTimed {
  let turns = Number.POSITIVE_INFINITY;
  const once = (): number => {
    let [first, last, turn] = [NaN, NaN, 0];
    for (const _ of fitSteps(model, { ...PLAIN_FIT, ...options })) {
      last = cpuTime();
      if (turn++ === 0) first = last;
      if (turn === turns) break; // that was the last gradient: a seed has as many turns every time
    }
    turns = turn;
    return last - first;
  };
  const mean = (milliseconds: number): number => {
    let [sum, fits] = [0, 0];
    while (sum < milliseconds) [sum, fits] = [sum + once(), fits + 1];
    return sum / fits;
  };
  mean(WARM);
  return { name: "optimisation", time: mean };
}

function whole(model: Model, options: FitOptions): Candidate {
  return { name: "fit", run: () => fit(model, { onWarning() {}, ...options }).params.mu[0]! };
}

/** Processor time of whole fits as they come by default, and of a climb of a mean field alone, beside those of the loop of 10,000 steps. */
function times(repeats: number, print: Print): void {
  const loop = { ...PLAIN_FIT, steps: STEPS };
  for (const [title, cases, candidates] of [
    ["a whole fit, everything on", EVERYTHING, (model: Model) => [whole(model, loop), whole(model, {})]],
    [
      "optimisation, mean field, collapse: false",
      PLAIN,
      (model: Model) => [optimising(model, { steps: STEPS }), optimising(model, CLIMB)],
    ],
  ] as const) {
    print(`\n${title}: processor time, ms, beside ${STEPS} steps of the loop; median of the ratios of ${repeats}`);
    print(columns(["model", "fit", "loop", "ratio"], TIME_WIDTHS));
    const ratios: number[] = [];
    const models = cases.map(({ model }) => model()).filter(({ name }) => name !== "walk"); // of walk no fit ends
    for (const model of new Map(models.map((one) => [one.name, one])).values()) {
      const [before, after] = sideBySide(candidates(model), repeats, 20) as [Timing, Timing];
      ratios.push(after.ratio);
      print(
        columns([model.name, after.median.toFixed(1), before.median.toFixed(1), after.ratio.toFixed(3)], TIME_WIDTHS),
      );
    }
    const mean = expOf(ratios.reduce((sum, ratio) => sum + logOf(ratio), 0) / ratios.length);
    print(columns(["geometric mean", "", "", `1/${(1 / mean).toFixed(1)}`], TIME_WIDTHS));
  }
}

/** What one fit takes and reaches. */
export function reached(
  model: Model,
  collapse: "auto" | false,
  options: Case["options"] & { readonly seed: number },
): { readonly samples: number; readonly elbo: (error?: number) => number; readonly status: string } {
  const fixed = { collapse, guide: collapse ? ("auto" as const) : meanField() };
  const result = fit(model, { onWarning() {}, ...CLIMB, ...fixed, ...options });
  const { report, status, params, standardised: standardise } = result;
  const guide = report!.guide === "full-rank" ? fullRank() : meanField();
  const at = { estimator: corrected(), params, guide, collapse, standardise, group: 4096, seed: 987 };
  const estimate = (samples: number) => estimateGradient(model, { ...at, samples });
  return {
    samples: report!.samples,
    elbo: (error = ERROR) => (status === "unbounded" ? Infinity : elboOf(estimate, error)),
    status: status!,
  };
}

/** Standard error of an ELBO, by independent samples: of deduct by mean field 16,384 have 0.03, 180,000 have 0.01 and 2 million 0.003. */
const ERROR = 0.01;
const [FEWEST, MOST] = [16_384, 2_097_152];

// An ELBO from as many samples as its error takes.
function elboOf(
  estimate: (samples: number) => { readonly elbo: number; readonly elboVariance: number },
  error: number,
): number {
  const { elbo, elboVariance } = estimate(FEWEST);
  const samples = Math.min(MOST, FEWEST * Math.ceil(elboVariance / (FEWEST * error * error)));
  return samples > FEWEST ? estimate(samples).elbo : elbo;
}
