// A series whose level depends on whether its last value was above a threshold.
import { add, defineModel, gt, halfNormal, mul, normal, uniform, where } from "nondiff";
import data from "../data/threshold_autoregression.json" with { type: "json" };

export default defineModel("threshold_autoregression", ({ sample, observe }) => {
  const above = sample("above", normal(0, 2));
  const below = sample("below", normal(0, 2));
  const b = sample("b", normal(0, 1));
  const threshold = sample("threshold", uniform(-2, 2));
  const sd = sample("sd", halfNormal(2));
  data.y.slice(1).forEach((next, t) => {
    const y = data.y[t];
    observe(normal(add(where(gt(y, threshold), above, below), mul(b, y)), sd), next);
  });
});
