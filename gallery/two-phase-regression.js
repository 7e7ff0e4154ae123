// Where does the line bend?
import { defineModel, halfNormal, normal, uniform } from "nondiff/plain";

/** Simulated by `posteriordb-jumps/scripts/make-data.mjs`. */
export const data = {
  x: [
    0.0894, 0.5532, 0.6831, 0.8625, 0.9272, 1.5719, 1.9077, 2.0873, 2.1298, 2.1427, 2.1723, 2.3018, 3.0547, 3.1085,
    3.2397, 3.7134, 4.5237, 4.7224, 5.0867, 5.1206, 5.1726, 6.3211, 6.4574, 6.552, 7.086, 7.0869, 7.1528, 7.4132,
    7.6509, 7.8312, 8.1159, 8.2604, 8.3945, 8.4594, 8.9485, 9.1304, 9.4603, 9.5343, 9.8546, 9.8559,
  ],
  y: [
    3.289, 1.7742, 2.9849, 2.3711, 3.3139, 3.9776, 4.5629, 2.8914, 3.0561, 4.1863, 3.7643, 4.5869, 5.1688, 4.8631,
    4.5497, 4.7037, 5.7294, 6.2957, 6.9991, 5.9076, 6.3043, 6.7426, 6.2489, 8.56, 5.5375, 6.7587, 6.1176, 6.8183,
    6.7392, 6.2965, 5.453, 5.8652, 5.4094, 6.0361, 6.3167, 6.6712, 6.0596, 5.4124, 5.6178, 5.6882,
  ],
};

export default defineModel("two-phase-regression", ({ sample, observe }) => {
  const a = sample("a", normal(0, 5));
  const slope = sample("slope", normal(0, 2));
  const change = sample("change", normal(0, 2));
  const bend = sample("bend", uniform(0, 10));
  const sd = sample("sd", halfNormal(1));
  for (const [i, x] of data.x.entries()) {
    let mean = a + slope * x;
    if (x > bend) mean += change * (x - bend);
    observe(normal(mean, sd), data.y[i], `y${i}`);
  }
});
