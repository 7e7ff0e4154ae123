// Which of two regimes holds when, and what is the level of each? A hidden switch flips with probability 0.1 a step.
import { bernoulli, defineModel, normal } from "nondiff/plain";

/** Simulated by `posteriordb-jumps/scripts/make-data.mjs`. */
export const data = {
  y: [
    0.9013, 0.8642, 1.3228, 1.953, 0.8678, 2.5702, 1.9395, 0.4359, 1.3949, -0.0517, 0.6843, 1.2206, 0.5148, 1.2537,
    0.6456, 0.426, 0.945, 0.1656, 0.1238, -0.5037, 0.8043, -0.7567, -0.9508, -0.2076, 0.6254,
  ],
};

export default defineModel("hidden-markov", ({ sample, observe }) => {
  const up = sample("up", normal(1, 1));
  const down = sample("down", normal(-1, 1));
  let on = 1;
  for (const [t, y] of data.y.entries()) {
    on = sample(`on${t}`, bernoulli(on ? 0.9 : 0.1));
    observe(normal(on ? up : down, 0.8), y, `y${t}`);
  }
});
