// A hidden switch flips with probability 0.1 a step; one of two levels is seen with noise.
import { bernoulli, defineModel, eq, normal, where } from "nondiff";
import data from "../data/hidden_switch.json" with { type: "json" };

export default defineModel("hidden_switch", ({ sample, observe }) => {
  const up = sample("up", normal(1, 1));
  const down = sample("down", normal(-1, 1));
  let on = 1;
  data.y.forEach((y, t) => {
    on = sample(`on${t}`, bernoulli(where(eq(on, 1), 0.9, 0.1)));
    observe(normal(where(eq(on, 1), up, down), 0.8), y);
  });
});
