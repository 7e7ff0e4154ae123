// How many visitors are customers, and how much does one bring? Who is no customer orders nothing, and a customer may order nothing too.
import { defineModel, gamma, poisson, uniform } from "nondiff/plain";

/** Simulated by `scripts/make-data.mjs`. */
export const data = {
  orders: [
    0, 0, 0, 2, 0, 2, 0, 0, 4, 4, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2, 2, 0, 4, 0, 0, 0, 0, 1, 2,
    3, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2,
  ],
};

export default defineModel("zero-inflated-revenue", ({ sample, observe, track }) => {
  const share = sample("share", uniform(0, 1));
  const rate = sample("rate", gamma(2, 0.5));
  for (const [i, orders] of data.orders.entries()) {
    const interest = sample(`interest${i}`, uniform(0, 1));
    observe(poisson(interest < share ? rate : 0.001), orders, `visitor ${i}`); // one order in a thousand is a mistake
  }
  track("revenue", 20 * share * rate); // a visitor, at 20 an order
});
