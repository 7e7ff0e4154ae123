// Log discharge of a river by its stage: a power law that steepens where the water leaves its bed.
import { add, defineModel, gt, halfNormal, log, mul, normal, sub, uniform, where } from "nondiff";
import data from "../data/rating_curve.json" with { type: "json" };

export default defineModel("rating_curve", ({ sample, observe }) => {
  const a = sample("a", normal(0, 2));
  const b = sample("b", normal(1.5, 1));
  const c = sample("c", normal(0, 1));
  const bank = sample("bank", uniform(1, 12));
  const sd = sample("sd", halfNormal(0.5));
  data.x.forEach((stage, i) => {
    const beyond = where(gt(stage, bank), mul(c, sub(Math.log(stage), log(bank))), 0);
    observe(normal(add(add(a, mul(b, Math.log(stage))), beyond), sd), data.y[i]);
  });
});
