// Above which value does a series turn back? Its level depends on whether its last value was above a threshold.
import { defineModel, halfNormal, normal, uniform } from "nondiff/plain";

/** Simulated by `posteriordb-jumps/scripts/make-data.mjs`. */
export const data = {
  y: [
    0, 1.061, 0.5801, -2.0098, 0.243, 2.1219, 0.6091, 0.2472, 2.748, -0.4815, 1.9898, -0.1371, 2.1927, 0.0216, 1.0021,
    0.1365, 0.8232, -0.2441, 1.4324, 0.4185, -1.1724, 0.0638, 1.7927, 0.5033, -0.459, 1.3541, -0.0849, -0.785, 0.8503,
    -0.5378, 1.7988, -0.138, 0.9269, -0.5218, 0.9455, -0.9006, -0.0977, 0.3074, 0.5799, 0.1591, -0.0078, 0.3001, 2.0644,
    0.802, 0.5191, -0.733, 1.3474, -0.7675, 0.5245, -1.3037, 1.1665, 0.2117, 0.923, -0.6269, 0.3395, 1.664, 1.045,
    1.5009, -0.0509, 0.3533, 1.7001, 0.1031, 1.6696, 0.0023, 2.0145, 0.8059, -0.2814, -0.0833, 0.8431, 0.9271, -0.9783,
    -1.2554, -0.1364, 2.8207, -1.1139, 0.4944, -1.1976, 0.9793, 0.0781, 0.4532, 0.4784,
  ],
};

export default defineModel("threshold-autoregression", ({ sample, observe }) => {
  const above = sample("above", normal(0, 2));
  const below = sample("below", normal(0, 2));
  const b = sample("b", normal(0, 1));
  const threshold = sample("threshold", uniform(-2, 2));
  const sd = sample("sd", halfNormal(2));
  for (const [t, next] of data.y.slice(1).entries()) {
    const y = data.y[t];
    observe(normal((y > threshold ? above : below) + b * y, sd), next, `y${t + 1}`);
  }
});
