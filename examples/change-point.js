// When did the rate of daily text messages change, and from what to what?
import { adam, corrected, defineModel, exp, fit, gt, normal, poisson, where } from "nondiff";
import { TEXT_MESSAGE_COUNTS as counts } from "nondiff/models";

const changePoint = defineModel("change point", ({ sample, observe }) => {
  const early = sample("log rate before", normal(3, 1));
  const late = sample("log rate after", normal(3, 1));
  const day = sample("day", normal(37, 10));
  counts.forEach((count, i) => {
    observe(poisson(exp(where(gt(day, i + 1), early, late))), count);
  });
});

// Steps of about 0.1: the day has some way to go.
const optimizer = adam({ learningRate: 0.1 });
const posterior = fit(changePoint, { estimator: corrected(), optimizer, steps: 4000, seed: 1 });
console.log(`day ${posterior.mean("day").toFixed(0)} ± ${posterior.sd("day").toFixed(0)}`);
for (const name of ["log rate before", "log rate after"])
  console.log(`${name}: ${Math.exp(posterior.mean(name)).toFixed(1)} messages a day`);
