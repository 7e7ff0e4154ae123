/** The model `walk`: a program that stops at a random time, so that later latents exist only where it goes on. */
import { abs, add, gt, type Real } from "../autodiff/expr.ts";
import { flat } from "../distributions/real/flat.ts";
import { normal } from "../distributions/real/normal.ts";
import { defineModel, type Model } from "../program/model.ts";

const STEPS = 15;

/**
 * A random walk from a random start until it is no longer positive, the distance covered observed to be 3.75.
 * Source: Wagner, Khajwal and Ong (AISTATS 2024). 16 latents, 16 conditions. A latent that the walk does not reach has
 * no prior term, but the guide's density counts it, as theirs does; hence flat priors and explicit terms.
 */
export const walk: Model = defineModel(
  "walk",
  ({ sample, observe, branch, factor }) => {
    const start = sample("z0", normal(3, 1));
    const moves = Array.from({ length: STEPS }, (_, i) => sample(`z${i + 1}`, flat()));
    const from = (step: number, position: Real, distance: Real): void => {
      branch(
        gt(position, 0),
        () => {
          const move = moves[step - 1];
          if (move === undefined) {
            factor("never home", normal(7.5, 1).logDensity(1000));
            return;
          }
          factor(`step ${step}`, normal(0, 1).logDensity(move));
          from(step + 1, add(position, move), add(distance, abs(move)));
        },
        () => observe(normal(distance, 1), 3.75, `home before step ${step}`),
      );
    };
    from(1, start, 0);
  },
  {
    description: "a random walk until it is home (Wagner et al.)",
    init: { mu: [5, ...new Array<number>(STEPS).fill(0)], rho: new Array<number>(STEPS + 1).fill(1) },
  },
);
