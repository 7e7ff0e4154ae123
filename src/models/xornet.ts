/** The model `xornet`: a network with steps as activations, whose conditions are products of latents. */
import { add, dot, gt, type Real, type Truth } from "../autodiff/expr.ts";
import { normal } from "../distributions/real/normal.ts";
import { defineModel, type Model } from "../program/model.ts";

const LAYERS = [2, 4, 2, 1];
const XOR = [
  [0, 0, 0],
  [0, 1, 1],
  [1, 0, 1],
  [1, 1, 0],
] as const;
const LATENTS = 25;

/**
 * A 2-4-2-1 network with steps as activations, fitted to XOR; every condition is a product of weights and steps.
 * Source: Wagner, Khajwal and Ong (AISTATS 2024). 25 latents: W1, W2, W3 row by row, then b1, b2, b3.
 */
export const xornet: Model = defineModel(
  "xornet",
  ({ sample, observe, where }) => {
    const weights = LAYERS.slice(1).map((outputs, l) =>
      Array.from({ length: outputs }, (_, i) =>
        Array.from({ length: LAYERS[l]! }, (_, j) => sample(`W${l + 1}[${i + 1},${j + 1}]`, normal(0, 1))),
      ),
    );
    const biases = LAYERS.slice(1).map((outputs, l) =>
      Array.from({ length: outputs }, (_, i) => sample(`b${l + 1}[${i + 1}]`, normal(0, 1))),
    );
    const step = (condition: Truth): Real => where(condition, 1, 0);
    for (const [x1, x2, y] of XOR) {
      let signal: Real[] = [x1, x2];
      weights.forEach((rows, l) => {
        signal = rows.map((row, i) => step(gt(add(dot(row, signal), biases[l]![i]!), 0)));
      });
      observe(normal(signal[0]!, 0.01), y, `xor(${x1}, ${x2})`);
    }
  },
  {
    description: "a network of steps on XOR (Wagner et al.)",
    init: { mu: new Array<number>(LATENTS).fill(0), rho: new Array<number>(LATENTS).fill(1) },
  },
);
