// The yearly rate of disasters in British coal mines changes in an unknown year.
import { defineModel, exponential, gt, poisson, uniform, where } from "nondiff";
import data from "../data/coal_mining.json" with { type: "json" };

export default defineModel("coal_mining", ({ sample, observe }) => {
  const early = sample("early", exponential(1));
  const late = sample("late", exponential(1));
  const change = sample("change", uniform(0, data.count.length));
  data.count.forEach((count, i) => {
    if (count >= 0) observe(poisson(where(gt(change, i), early, late)), count);
  });
});
