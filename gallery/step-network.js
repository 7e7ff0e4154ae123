// A network of two hidden units with steps as activations: what does it say of places between the data?
import { defineModel, normal } from "nondiff/plain";

/** Simulated by `scripts/make-data.mjs`. */
export const data = {
  x: [
    -2, -1.86, -1.72, -1.59, -1.45, -1.31, -1.17, -1.03, -0.9, -0.76, -0.62, -0.48, -0.34, -0.21, -0.07, 0.07, 0.21,
    0.34, 0.48, 0.62, 0.76, 0.9, 1.03, 1.17, 1.31, 1.45, 1.59, 1.72, 1.86, 2,
  ],
  y: [
    0.28, 0.03, -0.3, 0.16, -0.35, 0.26, -0.44, 0.26, -0.07, -0.6, 0.55, 1.04, 0.85, 1.15, 1.82, 0.76, 1.92, 0.88, 0.84,
    -0.76, -0.89, -1.01, -1.25, -1.05, -0.91, -1.45, -0.17, -1.02, -0.91, -0.75,
  ],
};

export default defineModel("step-network", ({ sample, observe, track }) => {
  const bias = sample("bias", normal(0, 1));
  const units = [0, 1].map((k) => [sample(`threshold${k}`, normal(0, 1)), sample(`weight${k}`, normal(0, 2))]);
  /** What the network says at x. */
  function output(x) {
    let y = bias;
    for (const [threshold, weight] of units) if (x > threshold) y += weight;
    return y;
  }
  for (const [i, x] of data.x.entries()) observe(normal(output(x), 0.3), data.y[i], `y${i}`);
  for (const x of [-1.5, -0.7, 0, 0.6, 1.5]) track(`output(${x})`, output(x));
});
