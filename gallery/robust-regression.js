// What is the slope, and which points are outliers? Each of them may be one, with a probability that is not known either.
import { beta, defineModel, normal, uniform } from "nondiff/plain";

/** Simulated by `scripts/make-data.mjs`. */
export const data = {
  x: [
    -2, -1.83, -1.65, -1.48, -1.3, -1.13, -0.96, -0.78, -0.61, -0.43, -0.26, -0.09, 0.09, 0.26, 0.43, 0.61, 0.78, 0.96,
    1.13, 1.3, 1.48, 1.65, 1.83, 2,
  ],
  y: [
    -0.24, -0.62, -0.3, -0.65, 1.46, -0.85, 0.17, 7.22, 0.45, 0.47, 0.07, 0.4, 0.46, 0.36, 1.28, 2.19, 1.43, 1.82,
    -1.09, 1.44, 2.49, 2.56, 2.82, 2.5,
  ],
};

export default defineModel("robust-regression", ({ sample, observe }) => {
  const a = sample("a", normal(0, 2));
  const slope = sample("slope", normal(0, 2));
  const outliers = sample("outliers", beta(1, 4));
  for (const [i, x] of data.x.entries()) {
    const luck = sample(`luck${i}`, uniform(0, 1));
    observe(normal(a + slope * x, luck < outliers ? 3 : 0.4), data.y[i], `y${i}`);
  }
});
