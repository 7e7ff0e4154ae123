/** Models of any size, each growing in one respect. */
import { add, defineModel, exp, gt, type Model, mul, normal, poisson, type Real, sin } from "../library.ts";

/** Parameters at which a guide over n latents starts. */
const start = (latents: number) => ({
  init: { mu: new Array<number>(latents).fill(0.1), rho: new Array<number>(latents).fill(0) },
});

/** One latent, a function of it of n operations one after the other. */
export const chain = (nodes: number): Model =>
  defineModel(
    "chain",
    ({ sample, observe }) => {
      let state: Real = sample("z", normal(0, 1));
      // Steps this small, so that no derivative becomes subnormal.
      for (let k = 0; k < nodes; k += 3) state = add(state, mul(1 / nodes, sin(state)));
      observe(normal(state, 1), 1);
    },
    start(1),
  );

/** A line through n observations. */
export const regression = (observations: number): Model =>
  defineModel(
    "regression",
    ({ sample, observe }) => {
      const [level, slope] = [sample("level", normal(0, 1)), sample("slope", normal(0, 1))];
      for (let k = 0; k < observations; k++)
        observe(normal(add(level, mul(slope, Math.sin(k))), 1), Math.cos(k), `y${k}`);
    },
    start(2),
  );

/** n latents with an observation each. */
export const latentsAlone = (latents: number): Model =>
  defineModel(
    "latents",
    ({ sample, observe }) => {
      for (let k = 0; k < latents; k++) observe(normal(sample(`z${k}`, normal(0, 1)), 1), Math.sin(k), `y${k}`);
    },
    start(latents),
  );

/** A change point among n observations: n conditions on one latent, none of which agrees with another. */
export const changePoint = (conditions: number): Model =>
  defineModel(
    "change point",
    ({ sample, observe, where }) => {
      const [early, late] = [sample("early", normal(0, 1)), sample("late", normal(0, 1))];
      const change = sample("change", normal(0, 1));
      for (let k = 0; k < conditions; k++) {
        const changed = gt(change, 2 * ((k + 0.5) / conditions - 0.5));
        observe(normal(where(changed, late, early), 1), Math.sin(k), `y${k}`);
      }
    },
    start(3),
  );

/** The same with counts, whose log density is linear in the rate and its logarithm: sums over the conditions are step functions. */
export const countedChangePoint = (conditions: number): Model =>
  defineModel(
    "counts",
    ({ sample, observe, where }) => {
      const [early, late] = [sample("early", normal(0, 1)), sample("late", normal(0, 1))];
      const change = sample("change", normal(0, 1));
      for (let k = 0; k < conditions; k++) {
        const changed = gt(change, 2 * ((k + 0.5) / conditions - 0.5));
        observe(poisson(exp(where(changed, late, early))), k % 5, `y${k}`);
      }
    },
    start(3),
  );

/** n latents with a condition and an observation each. */
export const ownConditions = (conditions: number): Model =>
  defineModel(
    "own conditions",
    ({ sample, observe, where }) => {
      for (let k = 0; k < conditions; k++) {
        const z = sample(`z${k}`, normal(0, 1));
        observe(normal(where(gt(z, 0.5), 1, z), 1), Math.sin(k), `y${k}`);
      }
    },
    start(conditions),
  );

/** One observation whose mean is a staircase over a latent: n conditions inside one term. */
export const staircase = (conditions: number): Model =>
  defineModel(
    "staircase",
    ({ sample, observe, where }) => {
      const z = sample("z", normal(0, 1));
      let mean: Real = 0;
      for (let k = 0; k < conditions; k++)
        mean = add(mean, where(gt(z, 2 * ((k + 0.5) / conditions - 0.5)), 1 / conditions, 0));
      observe(normal(mean, 1), 0.7);
    },
    start(1),
  );

/** A thermostat of n steps, whose state moves the level by which it is set: what each step decides reads all that were decided before. */
export const thermostat = (steps: number): Model =>
  defineModel(
    "thermostat",
    ({ sample, observe, where }) => {
      const x = sample("x", normal(0, 1));
      let level: Real = x;
      let heats: Real = where(gt(x, 0), 1, 0);
      for (let k = 0; k < steps; k++) {
        level = add(mul(0.8, level), where(gt(heats, 0.5), -0.5, 0.6));
        heats = where(gt(heats, 0.5), where(gt(level, 0.5), 1, 0), where(gt(-0.4, level), 1, 0));
        observe(normal(add(heats, mul(0.3, x)), 1), Math.sin(k), `y${k}`);
      }
    },
    start(1),
  );
