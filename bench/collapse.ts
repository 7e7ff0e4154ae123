/**
 * What `npm run bench:collapse` prints: what it costs to sum latents out of a model, beside the same model under `collapse: false`; making, a
 * sample of a gradient of 256, and for switch2 a whole fit. `npm run bench:collapse -- DIR` also has the build of another checkout take turns, which
 * may know no collapse. Nothing is compared in value here, as the estimates are of different ELBOs.
 */
import { CASES, corrected, makeGenerator, makeSampler, meanGradientInto } from "./collapsed/models.ts";
import { fit, type Model, switch2 } from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";
import { type Candidate, sideBySide } from "./tools/timing.ts";

const SAMPLES = 256;

type Collapse = "auto" | false | undefined;

/** The models as some build has them, and what makes their gradients. */
export interface Build {
  readonly CASES: typeof CASES;
  readonly corrected: typeof corrected;
  readonly makeGenerator: typeof makeGenerator;
  readonly makeSampler: typeof makeSampler;
  readonly meanGradientInto: typeof meanGradientInto;
}

const OWN: Build = { CASES, corrected, makeGenerator, makeSampler, meanGradientInto };

/** What is timed of a model by a build; `collapse` undefined where it knows no such option. */
type Work = (build: Build, model: Model, collapse: Collapse) => () => number;

const samplerOf = (build: Build, model: Model, collapse: Collapse): ReturnType<typeof makeSampler> =>
  build.makeSampler(model, build.corrected(), collapse === undefined ? {} : { collapse });

const making: Work = (build, model, collapse) => () => {
  const sampler = samplerOf(build, model, collapse);
  return (sampler.means ?? sampler.each)().tape.slots.length;
};

const sampling: Work = (build, model, collapse) => {
  const sampler = samplerOf(build, model, collapse);
  const theta = new Float64Array(sampler.size);
  const out = new Float64Array(theta.length);
  const draw = { generator: build.makeGenerator(1), stream: 0, firstSample: 0, samples: SAMPLES };
  return () => build.meanGradientInto(out, sampler, theta, draw);
};

const fitting: Work = (_build, model, collapse) => () =>
  fit(model, { collapse: collapse ?? false, restarts: 0, onWarning: () => undefined }).mean("up");

const EFFORT: {
  readonly [L in Length]: {
    readonly repeats: number;
    readonly milliseconds: number;
    /** Of making, whose code the engine compiles for seconds: textmsg takes 40 ms at first, 10 ms after 50 times. */
    readonly makingMilliseconds: number;
    readonly models: number;
  };
} = {
  smoke: { repeats: 1, milliseconds: 0.01, makingMilliseconds: 0.01, models: 1 },
  short: { repeats: 5, milliseconds: 30, makingMilliseconds: 300, models: 9 },
  full: { repeats: 15, milliseconds: 100, makingMilliseconds: 1000, models: 9 },
};

const WIDTHS = [22, 9, 9, 9, 9, 10, 9, 9, 9, 9, 10] as const;

/** Times of a model collapsed, under `collapse: false` and by the other build, and how the first compares to each; undefined where a build refuses. */
interface Comparison {
  readonly times: readonly (number | undefined)[];
  readonly ratios: readonly [without: number, other: number | undefined];
}

/** `other` is what another checkout has built, `only` leaves out models whose names are without it. */
export function bench(length: Length, print: Print, other?: Build, only: string = ""): void {
  const { repeats, milliseconds, makingMilliseconds, models } = EFFORT[length];
  const compared = (work: Work, model: Model, otherModel?: Model): Comparison => {
    const [auto, without, old] = [
      () => work(OWN, model, "auto"),
      () => work(OWN, model, false),
      () => work(other!, otherModel!, undefined),
    ].map((make, index) => candidateOf(["auto", "false", "other"][index]!, index < 2 || otherModel ? make : undefined));
    const long = work === making ? makingMilliseconds : milliseconds;
    const timings = sideBySide([auto!, without!, ...(old ? [old] : [])], repeats, long);
    const [, , third] = timings;
    return {
      times: [...timings.map(({ median }) => median), ...(third ? [] : [undefined])],
      ratios: [1 / timings[1]!.ratio, third && 1 / third.ratio],
    };
  };
  print(
    "\nLatents summed out, against `collapse: false` and another build: milliseconds to make a gradient, microseconds for a sample; medians, and of ratios",
  );
  const group = ["without", "other", "/without", "/other"];
  print(columns(["", "making", ...group, "a sample", ...group], WIDTHS));
  CASES.slice(0, models).forEach(([modelOf, most], index) => {
    const model = modelOf();
    if (!model.name.includes(only)) return;
    const otherModel = other?.CASES[index]?.[0]();
    const row = [making, sampling].flatMap((work) => {
      const scale = work === making ? 1 : 1000 / SAMPLES;
      const digits = work === making ? 1 : 2;
      const { times, ratios } = compared(work, model, otherModel);
      return [
        ...times.map((time) => (time === undefined ? "" : (scale * time).toFixed(digits))),
        ...ratios.map((ratio) => marked(ratio, work === making ? 1 : most)),
      ];
    });
    print(columns([model.name, ...row], WIDTHS));
  });
  const { times, ratios } = compared(fitting, switch2());
  print(
    `trace, collapse, compile and fit of switch2: ${times[0]!.toFixed(0)} ms, without ${times[1]!.toFixed(0)}; ratio ${ratios[0].toFixed(3)}${ratios[0] <= 0.1 ? "" : " ABOVE 0.1"}`,
  );
}

// undefined of a model that the build refuses.
function candidateOf(name: string, make: (() => () => number) | undefined): Candidate | undefined {
  try {
    const run = make?.();
    run?.();
    return run && { name, run };
  } catch (error) {
    if (name === "other") return undefined;
    throw error;
  }
}

function marked(ratio: number | undefined, most: number): string {
  if (ratio === undefined) return "";
  return `${ratio.toFixed(2)}${ratio <= most ? "" : `>${most}`}`;
}
