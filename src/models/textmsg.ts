/** The model `textmsg`: a change point, one latent under 37 conditions. */
import { exp, gt } from "../autodiff/expr.ts";
import { poisson } from "../distributions/discrete/poisson.ts";
import { normal } from "../distributions/real/normal.ts";
import { rhoOfSd } from "../guides/mean-field.ts";
import { normalQuantile } from "../math/normal.ts";
import { defineModel, type Model } from "../program/model.ts";
import { TEXT_MESSAGE_COUNTS } from "./text-messages.ts";

const days = TEXT_MESSAGE_COUNTS.length;
const meanCount = TEXT_MESSAGE_COUNTS.reduce((total, count) => total + count, 0) / days;
const sd = Math.sqrt(Math.log(2));
const mean = Math.log(meanCount) - (sd * sd) / 2;

/**
 * The day on which the rate of text messages changed: two log rates and a change point, every second day observed.
 * Source: Davidson-Pilon, "Bayesian Methods for Hackers", with the priors of Lee, Yu and Yang (2018). 3 latents, 37 ifs.
 */
export const textmsg: Model = defineModel(
  "textmsg",
  ({ sample, observe, where }) => {
    const x0 = sample("x0", normal(mean, sd));
    const x1 = sample("x1", normal(mean, sd));
    const z = sample("z", normal(0, 1));
    for (let day = 2; day <= days; day += 2) {
      const changed = gt(z, normalQuantile(day / (days + 1)));
      observe(poisson(where(changed, exp(x0), exp(x1))), TEXT_MESSAGE_COUNTS[day - 1]!, `day ${day}`);
    }
  },
  {
    description: "when did the rate of text messages change? (Davidson-Pilon)",
    init: { mu: [mean, mean, 0], rho: [rhoOfSd(sd), rhoOfSd(sd), rhoOfSd(1)] },
  },
);
