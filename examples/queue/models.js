// The model that the machines behind the queue and the one that asks have in common: did the mean of 300 readings step up, and where?
import { add, defineModel, gt, mul, normal, where } from "nondiff";

const readings = Array.from({ length: 300 }, (_, i) => (i < 180 ? 1 : 2.5) + Math.sin(13 * i) * 0.7);

export const models = defineModel("step of readings", ({ sample, observe }) => {
  const level = sample("level", normal(0, 5));
  const rise = sample("rise", normal(0, 5));
  const at = sample("at", normal(150, 60));
  const drift = sample("drift", normal(0, 0.01));
  readings.forEach((reading, i) => {
    observe(normal(add(add(level, mul(drift, i)), where(gt(at, i), 0, rise)), 0.5), reading);
  });
});
