// A line that jumps at an unknown place.
import { add, defineModel, gt, halfNormal, mul, normal, uniform, where } from "nondiff";
import data from "../data/step_regression.json" with { type: "json" };

export default defineModel("step_regression", ({ sample, observe }) => {
  const a = sample("a", normal(0, 3));
  const slope = sample("slope", normal(0, 1));
  const jump = sample("jump", normal(0, 3));
  const at = sample("at", uniform(0, 10));
  const sd = sample("sd", halfNormal(1));
  data.x.forEach((x, i) => {
    observe(normal(add(add(a, mul(slope, x)), where(gt(x, at), jump, 0)), sd), data.y[i]);
  });
});
