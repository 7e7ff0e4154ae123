// The models of these tests: one that jumps, and one whose gradients take long.
import { add, defineModel, exp, gt, mul, normal, where } from "nondiff";

export const jumping = defineModel("jumping", ({ sample, observe }) => {
  const u = sample("u", normal(0, 1));
  const w = sample("w", normal(u, 1));
  for (const y of [0.4, 1.9, 2.2]) observe(normal(where(gt(add(u, w), 0.3), exp(w), u), 1), y);
});

export const long = defineModel("long", ({ sample, observe }) => {
  const [a, b, c] = ["a", "b", "c"].map((name) => sample(name, normal(0, 1)));
  for (let i = 0; i < 2000; i++) {
    const x = i / 1000 - 1;
    observe(normal(add(mul(a, x), exp(mul(b, x))), exp(mul(c, x))), Math.sin(3 * x) + ((i * 37) % 11) / 10 - 0.5);
  }
});

export const models = [jumping, long];
