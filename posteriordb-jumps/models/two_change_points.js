// A rate changes twice; beyond t2 the third holds, whichever of the two comes first.
import { defineModel, gamma, gt, iid, poisson, uniform, where } from "nondiff";
import data from "../data/two_change_points.json" with { type: "json" };

export default defineModel("two_change_points", ({ sample, observe }) => {
  const rate = sample("rate", iid(gamma(2, 0.25), 3));
  const t1 = sample("t1", uniform(0, data.count.length));
  const t2 = sample("t2", uniform(0, data.count.length));
  data.count.forEach((count, i) => {
    observe(poisson(where(gt(t2, i), where(gt(t1, i), rate[0], rate[1]), rate[2])), count);
  });
});
