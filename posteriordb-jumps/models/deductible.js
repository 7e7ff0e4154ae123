// Claims below an unknown deductible are not paid; what is paid is seen with noise.
import { defineModel, exp, gt, normal, where } from "nondiff";
import data from "../data/deductible.json" with { type: "json" };

export default defineModel("deductible", ({ sample, observe }) => {
  const m = sample("m", normal(0.5, 1));
  const deductible = sample("deductible", normal(0.5, 0.7));
  data.paid.forEach((paid, i) => {
    const z = sample(`z${i}`, normal(m, 0.7));
    observe(normal(where(gt(z, deductible), exp(z), 0), 0.3), paid);
  });
});
