// The number of text messages a day changes on an unknown day.
import { defineModel, exponential, gt, poisson, uniform, where } from "nondiff";
import data from "../data/text_messages.json" with { type: "json" };

export default defineModel("text_messages", ({ sample, observe }) => {
  const early = sample("early", exponential(0.05));
  const late = sample("late", exponential(0.05));
  const change = sample("change", uniform(0, data.count.length));
  data.count.forEach((count, i) => {
    observe(poisson(where(gt(change, i), early, late)), count);
  });
});
