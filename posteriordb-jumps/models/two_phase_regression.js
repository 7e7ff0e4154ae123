// A line that bends at an unknown place.
import { add, defineModel, gt, halfNormal, mul, normal, sub, uniform, where } from "nondiff";
import data from "../data/two_phase_regression.json" with { type: "json" };

export default defineModel("two_phase_regression", ({ sample, observe }) => {
  const a = sample("a", normal(0, 5));
  const slope = sample("slope", normal(0, 2));
  const change = sample("change", normal(0, 2));
  const bend = sample("bend", uniform(0, 10));
  const sd = sample("sd", halfNormal(1));
  data.x.forEach((x, i) => {
    const beyond = where(gt(x, bend), mul(change, sub(x, bend)), 0);
    observe(normal(add(add(a, mul(slope, x)), beyond), sd), data.y[i]);
  });
});
