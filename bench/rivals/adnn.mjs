// adnn: the autodiff of WebPPL; scalars, a new graph for every point, float64.
import ad from "adnn/ad/index.js";
import { rowsOf } from "./scalars.mjs";

const { add, sub, mul, exp } = ad.scalar;
const T = rowsOf({
  add,
  sub,
  mul,
  exp,
  greater: (x, y) => ad.value(x) > ad.value(y),
  where: (condition, x, y) => (condition ? x : y),
});

export const name = "adnn";
export const precision = "float64";

/** The gradient at `points` points: z and the result hold latent i of point j at [i·points + j]. */
export function gradient(density, latents, points) {
  const logJoint = density(T);
  const out = new Float64Array(latents * points);
  return (z) => {
    for (let j = 0; j < points; j++) {
      const own = Array.from({ length: latents }, (_, i) => ad.lift(z[i * points + j]));
      logJoint(own)[0].backprop();
      for (let i = 0; i < latents; i++) out[i * points + j] = ad.derivative(own[i]);
    }
    return out;
  };
}
