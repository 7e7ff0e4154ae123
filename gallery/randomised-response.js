// How many people did what nobody admits? Each throws a coin: heads answers truly, tails answers at random.
import { bernoulli, defineModel, uniform } from "nondiff/plain";

/** Simulated by `posteriordb-jumps/scripts/make-data.mjs`. */
export const data = {
  yes: [
    1, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0,
    0,
  ],
};

export default defineModel("randomised-response", ({ sample, observe }) => {
  const p = sample("p", uniform(0, 1));
  for (const [i, yes] of data.yes.entries()) {
    const coin = sample(`coin${i}`, uniform(0, 1));
    observe(bernoulli(coin > 0.5 ? p : 0.5), yes, `answer ${i}`);
  }
});
