/**
 * The first start of a fit whose priors do not know by themselves where they lie: given the starts of the latents that they depend on, and at
 * the scale of the data where they are flat or nearly so. That scale is the power of ten, from 10⁻⁹ to 10⁹, at which the ELBO is highest: with earnings of some 20,000
 * dollars and flat priors a residual sd of 1 is worse by billions of nats than one of 10,000.
 */
import { log } from "../../../math/elementary.ts";
import { normalQuantile } from "../../../math/normal.ts";
import { type Case, type OpenScales, type Placing, placingOf } from "../../../program/starts.ts";
import type { Latent, Trace } from "../../../program/trace.ts";
import { type Generator, uniformSource } from "../../../random/index.ts";
import type { Start } from "../starts.ts";
import type { Ascent } from "./ascent.ts";

const DECADES = 9;
/** A highest ELBO at the end of the range is none. */
const LAST = 5e8;
/** Samples at each scale: wrong ones are worse by many nats. */
const SAMPLES = 4;

/** Moves further starts to where the priors are. */
export interface Place {
  /** How many starts there may be beyond those that a fit has anyway, each where priors are given one value of a discrete latent. */
  readonly cases: number;
  /** Start k, which is that of the case of this number if it is above 0. */
  readonly move: (start: Start, k: number, which: number) => void;
}

/**
 * Of a discrete latent that decides the scales of others, as on which day t a velocity may have changed, each value may have an optimum of its own: a guide
 * that has found the change on day 8 has none on day 9. So there is a start for each value, up to so many.
 */
const MOST_STARTS = 24;

/** Places the first start, unless its user gives it, and returns what places the others; undefined where every prior knows where it lies. */
export function places(
  trace: Trace,
  first: Float64Array,
  ascent: Ascent,
  generator: Generator,
  isFree: boolean,
): Place | undefined {
  const placing = placingOf(trace);
  if (!placing) return undefined;
  const { latents } = trace;
  const none = new Float64Array(latents.length);
  const scales = bestScales(placing, latents, ascent);
  if (isFree) placeInto(first, ascent, latents, placing, scales, none);
  const { cases } = placing;
  const share = Math.max(1, cases.length / MOST_STARTS);
  return {
    cases: Math.min(cases.length, MOST_STARTS),
    move({ from, x }, k, which) {
      const next = uniformSource(generator, k);
      const given = cases[Math.floor((which - 1) * share)];
      const noise = from === "prior" && !given ? none.map(() => normalQuantile(next())) : none;
      placeInto(x, ascent, latents, placing, scales, noise, given);
    },
  };
}

function placeInto(
  x: Float64Array,
  { chart }: Ascent,
  latents: readonly Latent[],
  { place }: Placing,
  scales: OpenScales,
  noise: Float64Array,
  given?: Case,
): void {
  const { means, scales: sds } = chart.partsOf(x);
  const placed = place(noise, scales, given);
  latents.forEach(({ name, start }, i) => {
    const own = placed.get(name);
    const { mean, sd } = own ?? start?.() ?? { mean: 0, sd: 1 };
    means[i] = own?.at ?? mean + sd * noise[i]!;
    sds[i] = log(sd);
  });
}

// One kind after the other.
function bestScales(placing: Placing, latents: readonly Latent[], ascent: Ascent): OpenScales {
  const x = new Float64Array(ascent.size);
  const gradient = new Float64Array(ascent.size);
  const noise = new Float64Array(latents.length);
  let scales: OpenScales = {};
  for (const kind of placing.open) {
    let best = { scale: 1, elbo: -Infinity };
    // From the middle outwards: of scales that are as good the one nearest to 1.
    for (let k = 0; k <= 2 * DECADES && ascent.affords(SAMPLES); k++) {
      const scale = Number(`1e${k % 2 === 0 ? k / 2 : -(k + 1) / 2}`);
      placeInto(x, ascent, latents, placing, { ...scales, [kind]: scale }, noise);
      const elbo = ascent.gradientInto(gradient, x, { kind: "screen", start: 0, batch: 0, count: SAMPLES });
      if (elbo > best.elbo) best = { scale, elbo };
    }
    // A density that falls like θ⁴⁰⁰ under the other priors rises with the scale for ever.
    scales = { ...scales, [kind]: Math.abs(log(best.scale)) < log(LAST) ? best.scale : 1 };
  }
  return scales;
}
