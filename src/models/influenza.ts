/** The model `influenza`: a chain of hidden switches over an autoregression. */
import { add, gt, mul, type Real } from "../autodiff/expr.ts";
import { normal } from "../distributions/real/normal.ts";
import { defineModel, type Model } from "../program/model.ts";
import { INFLUENZA_DEATHS } from "./influenza-deaths.ts";

const [ALPHA1, ALPHA2] = [1.406, -0.622]; // autoregression in ordinary times
const [BETA0, BETA1] = [0.21, -0.312]; // what an epidemic adds
const [SD1, SD2, SD_OBSERVED] = [0.023, 0.112, 0.002];
const LATENTS = 1 + 3 * INFLUENZA_DEATHS.length;

/**
 * A switching state-space model of influenza deaths: a latent f > 0 says that the month is an ordinary one.
 * Source: Shumway and Stoffer, example 6.22, as set up by Lee, Yu and Yang (2018). 37 latents, 24 ifs.
 */
export const influenza: Model = defineModel(
  "influenza",
  ({ sample, observe, where }) => {
    let f = sample("f0", normal(0, 1));
    let [previous, a, c]: Real[] = [0, 0, 0];
    INFLUENZA_DEATHS.forEach((deaths, index) => {
      const month = index + 1;
      const v = sample(`v${month}`, normal(0, SD1));
      const w = sample(`w${month}`, normal(0, SD2));
      [a, previous] = [add(add(mul(ALPHA1, a!), mul(ALPHA2, previous!)), v), a];
      c = add(add(mul(BETA1, c!), BETA0), w);
      f = sample(`f${month}`, normal(where(gt(f, 0), 0.67, -0.67), 1));
      observe(normal(where(gt(f, 0), a, add(a, c)), SD_OBSERVED), deaths, `month ${month}`);
    });
  },
  {
    description: "influenza deaths with hidden epidemics (Shumway and Stoffer)",
    init: { mu: new Array<number>(LATENTS).fill(0), rho: new Array<number>(LATENTS).fill(0) },
  },
);
