// Below which temperature does a thermostat switch on, above which off? Between the two it stays as it is.
import { defineModel, halfNormal, normal } from "nondiff/plain";

/** Simulated by `posteriordb-jumps/scripts/make-data.mjs`. */
export const data = {
  y: [
    20, 19.6613, 19.1483, 18.8058, 18.0536, 18.7522, 19.6326, 20.4753, 21.0886, 21.6412, 22.5819, 22.5517, 22.4434,
    21.9907, 21.298, 20.8334, 20.6437, 19.6813, 18.775, 18.1523, 19.1125, 19.5607, 20.5889, 21.489, 21.8937, 21.1792,
    20.7597, 20.4048, 20.2891, 19.8241, 19.2088, 19.0719, 18.5513, 18.2873, 19.204, 19.7886, 20.6543, 21.5197, 22.0727,
    21.4906, 21.1416, 20.4079, 19.6573, 19.2464, 18.8106, 18.3093, 18.6843, 19.4199, 20.0907, 20.7806, 21.4049,
  ],
};

export default defineModel("thermostat", ({ sample, observe }) => {
  const low = sample("low", normal(18, 1.5));
  const high = sample("high", normal(22, 1.5));
  const heat = sample("heat", normal(0.5, 0.5));
  const cool = sample("cool", normal(0.5, 0.5));
  const sd = sample("sd", halfNormal(0.5));
  let heating = false;
  for (const [i, next] of data.y.slice(1).entries()) {
    const room = data.y[i];
    if (room < low) heating = true;
    else if (room > high) heating = false;
    observe(normal(heating ? room + heat : room - cool, sd), next, `minute ${i + 1}`);
  }
});
