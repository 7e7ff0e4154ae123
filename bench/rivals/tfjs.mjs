// TensorFlow.js, cpu backend: arrays over all points, float32 (it has no float64).
import * as tf from "@tensorflow/tfjs";
import { recurrenceMatrix } from "./recurrence.mjs";

const T = {
  rows: (z, first, count) => tf.slice(z, [first, 0], [count, -1]),
  interleaved: (z, first, count, kinds) =>
    tf.unstack(tf.reshape(T.rows(z, first, count * kinds), [count, kinds, z.shape[1]]), 1),
  column: (numbers) => tf.tensor2d([...numbers], [numbers.length, 1]),
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  exp: tf.exp,
  square: tf.square,
  greater: (x, y) => tf.cast(tf.step(tf.sub(x, y)), "bool"), // of tf.greater it has no gradient
  where: (condition, x, y) => tf.where(condition, filled(condition, x), filled(condition, y)),
  below: (x, first) =>
    tf.concat([typeof first === "number" ? tf.fill([1, x.shape[1]], first) : first, T.rows(x, 0, x.shape[0] - 1)]),
  sum: (x) => tf.sum(x),
  autoregression: (x, coefficients) => tf.matMul(recurrenceMatrix(x.shape[0], coefficients), x),
};
const filled = (like, x) => (typeof x === "number" ? tf.fill(like.shape, x) : tf.broadcastTo(x, like.shape));

export const name = "TensorFlow.js, cpu";
export const precision = "float32";

export async function setup() {
  tf.env().set("IS_TEST", true); // without its advertisement
  await tf.setBackend("cpu");
}

/** The gradient at `points` points: z and the result hold latent i of point j at [i·points + j]. */
export function gradient(density, latents, points) {
  const derivative = tf.grad(density(T));
  const single = new Float32Array(latents * points);
  return (z) => {
    single.set(z);
    return tf.tidy(() => derivative(tf.tensor2d(single, [latents, points])).dataSync());
  };
}
