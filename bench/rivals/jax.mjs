// jax-js, wasm backend: jit(vmap(grad)), float64; its exp and log round to float32.
import { recurrenceMatrix } from "./recurrence.mjs";

globalThis.Float16Array ??= class Float16Array {}; // it asks for the class, which Node has from version 24 on
const { defaultDevice, grad, init, jit, numpy: np, vmap } = await import("@jax-js/jax");
const dtype = np.float64;

// Operations take ownership of their operands; `.ref` keeps ours.
const kept = (x) => (typeof x === "number" ? np.array(x, { dtype }) : x.ref);
const two = (operation) => (x, y) => operation(kept(x), kept(y));
const constant = (numbers) => np.array(Float64Array.from(numbers), { dtype });
const T = {
  rows: (z, first, count) => z.ref.slice([first, first + count]),
  interleaved(z, first, count, kinds) {
    const table = z.ref.slice([first, first + count * kinds]).reshape([count, kinds]);
    return Array.from({ length: kinds }, (_, kind) => table.ref.slice([], kind));
  },
  column: constant,
  add: two(np.add),
  sub: two(np.subtract),
  mul: two(np.multiply),
  exp: (x) => np.exp(x.ref),
  square: (x) => np.square(x.ref),
  greater: two(np.greater),
  where: (condition, x, y) => np.where(condition.ref, kept(x), kept(y)),
  below: (x, first) =>
    np.concatenate([typeof first === "number" ? constant([first]) : first.ref, x.ref.slice([0, x.shape[0] - 1])]),
  sum: (x) => np.sum(x.ref),
  autoregression: (x, coefficients) =>
    np.matmul(constant(recurrenceMatrix(x.shape[0], coefficients).flat()).reshape([x.shape[0], x.shape[0]]), x.ref),
};

export const name = "jax-js, wasm";
export const precision = "float64";
/** Of a model with an exp: of the largest component. */
export const tolerance = (model) => (model === "textmsg" ? { relative: 1e-5, floor: 1 } : undefined);

export async function setup() {
  await init("wasm");
  defaultDevice("wasm");
}

/** The gradient at `points` points: z and the result hold latent i of point j at [i·points + j]. */
export function gradient(density, latents, points) {
  const derivative = jit((z) => np.transpose(vmap(grad(density(T)), 1)(z)));
  return (z) => derivative(np.array(z, { dtype }).reshape([latents, points])).dataSync();
}
