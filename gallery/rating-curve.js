// At which stage does a river leave its bed? Log discharge by stage, a power law that steepens there.
import { defineModel, halfNormal, normal, uniform } from "nondiff/plain";

/** Simulated by `posteriordb-jumps/scripts/make-data.mjs`. */
export const data = {
  x: [
    1.9128, 2.1475, 2.1747, 2.4629, 2.6861, 3.2382, 3.2776, 3.5245, 4.1239, 4.3742, 4.6584, 4.7606, 4.7858, 5.0823,
    5.218, 5.3558, 5.5384, 5.7613, 5.9321, 6.162, 6.3344, 6.5082, 6.7062, 6.8717, 8.0398, 8.154, 8.311, 8.3939, 8.4503,
    8.956, 9.5179, 9.6217, 9.6359, 9.658, 9.7952, 9.9864, 10.0241, 10.3123, 10.6768, 10.7846, 11.0814, 11.1939, 11.326,
    11.6096, 11.626,
  ],
  y: [
    1.4124, 1.9494, 1.2015, 2.1744, 2.0238, 2.4448, 2.714, 2.2722, 2.8649, 3.2131, 3.1208, 2.6913, 3.3497, 2.9721,
    2.7242, 3.387, 3.3396, 3.0615, 3.324, 3.6204, 3.7597, 3.8523, 4.108, 3.8437, 4.3703, 4.3777, 4.3459, 4.6098, 4.2248,
    4.9344, 4.8015, 4.7553, 5.0097, 4.7493, 5.2429, 4.8854, 4.4993, 4.7899, 4.9709, 5.3553, 5.0206, 4.9696, 4.9283,
    5.5393, 5.4691,
  ],
};

export default defineModel("rating-curve", ({ sample, observe }) => {
  const a = sample("a", normal(0, 2));
  const b = sample("b", normal(1.5, 1));
  const c = sample("c", normal(0, 1));
  const bank = sample("bank", uniform(1, 12));
  const sd = sample("sd", halfNormal(0.5));
  for (const [i, stage] of data.x.entries()) {
    const beyond = stage > bank ? c * (Math.log(stage) - Math.log(bank)) : 0;
    observe(normal(a + b * Math.log(stage) + beyond, sd), data.y[i], `gauging ${i}`);
  }
});
