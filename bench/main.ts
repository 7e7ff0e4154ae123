/** What `npm run bench` prints. Times are medians; ratios are medians of ratios within this run. */
import { besidePaper } from "./gradients/beside-paper.ts";
import { estimators } from "./gradients/estimators.ts";
import { functionSizes } from "./gradients/function-sizes.ts";
import { HAND_WRITTEN, type Written } from "./gradients/gradients.ts";
import { sameGradient } from "./gradients/same-gradient.ts";
import { oneSample, smallBatches } from "./gradients/small-batches.ts";
import { wholeFits } from "./gradients/whole-fits.ts";
import { noise } from "./noise/normals.ts";
import type { Print } from "./tools/print.ts";
import type { Native } from "./tools/programs.ts";
import { type Effort, spent } from "./tools/timing.ts";

export type Length = "smoke" | "short" | "full";
const EFFORT: {
  readonly [L in Length]: Effort & { readonly fitSteps: number; readonly largest: number; readonly moments: number };
} = {
  smoke: { repeats: 1, milliseconds: 0.05, samples: 64, fitSteps: 5, largest: 200, moments: 2 ** 16 },
  short: { repeats: 11, milliseconds: 15, samples: 1024, fitSteps: 10_000, largest: 2000, moments: 2 ** 19 },
  full: { repeats: 31, milliseconds: 60, samples: 1024, fitSteps: 10_000, largest: 100_000, moments: 2 ** 19 },
};

/** `models`: those of which there are gradients by hand, or a few of them. */
export function bench(length: Length, print: Print, native?: Native, models: readonly Written[] = HAND_WRITTEN): void {
  const effort = EFFORT[length];
  estimators(effort, print, models);
  sameGradient(effort, print, models, native);
  besidePaper(effort, print, models, native);
  smallBatches(effort, print, models);
  oneSample(effort, print, models);
  functionSizes(effort.largest, effort, print);
  noise(effort, print);
  wholeFits(effort.fitSteps, print, models);
  print(`(sum of everything computed: ${spent().toPrecision(3)})`);
}
