// Each of forty people throws a coin: heads answers truly, yes with probability p, tails answers at random.
import { bernoulli, defineModel, gt, uniform, where } from "nondiff";
import data from "../data/randomised_response.json" with { type: "json" };

export default defineModel("randomised_response", ({ sample, observe }) => {
  const p = sample("p", uniform(0, 1));
  data.yes.forEach((yes, i) => {
    const coin = sample(`coin${i}`, uniform(0, 1));
    observe(bernoulli(where(gt(coin, 0.5), p, 0.5)), yes);
  });
});
