/**
 * The climb of a model of which no latent is kept and that has no parameters: there is nothing to climb, and the density, which one sample
 * computes, is the evidence. Of z ~ N(0, 1) and one observation under z > 0 the ELBO is log p(y), with error 0.
 */
import type { FitStage } from "./ascent.ts";
import type { Climber } from "./climb.ts";
import { endOf } from "./natural/natural-phase.ts";

const NO_STEPS: readonly FitStage[] = [];
const NOTHING = /* @__PURE__ */ new Float64Array(0);

export const EXACT: Climber = {
  *phase(ascent, from, { start }) {
    const elbo = ascent.gradientInto(new Float64Array(0), from, { kind: "search", start, batch: 0, count: 1 });
    yield "search";
    return Number.isNaN(elbo) ? endOf(from, elbo, "not finite", ascent.failure()) : endOf(from, elbo, "level");
  },
  *finish(ascent, x, { elbo, ended, cause }) {
    yield* NO_STEPS;
    if (ended === "not finite") return { x, status: "diverged", gap: undefined, stages: [], cause };
    ascent.gap = 0;
    const gap = { gap: 0, noise: 0, most: 0, elbo, error: 0, points: 1, gradient: NOTHING, share: 0, finite: true };
    return { x, status: "converged", gap, stages: [] };
  },
};
