// A thermostat switches on below one threshold and off above another, and stays as it is between them.
import { add, defineModel, gt, halfNormal, neg, normal, where } from "nondiff";
import data from "../data/thermostat.json" with { type: "json" };

export default defineModel("thermostat", ({ sample, observe }) => {
  const low = sample("low", normal(18, 1.5));
  const high = sample("high", normal(22, 1.5));
  const heat = sample("heat", normal(0.5, 0.5));
  const cool = sample("cool", normal(0.5, 0.5));
  const sd = sample("sd", halfNormal(0.5));
  let on = 0;
  data.y.slice(1).forEach((next, i) => {
    const y = data.y[i];
    on = where(gt(low, y), 1, where(gt(y, high), 0, on));
    observe(normal(add(y, where(gt(on, 0.5), heat, neg(cool))), sd), next);
  });
});
