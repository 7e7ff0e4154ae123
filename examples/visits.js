// Visitors a day, with the data apart: `nondiff run examples/visits.js --data examples/visits.csv --set scale=1`.
import { defineModel, exponential, mul, poisson } from "nondiff";

export default defineModel(
  "visits",
  ({ sample, observe }, { visitors, open, scale }) => {
    const rate = sample("rate", exponential(0.1));
    visitors.forEach((count, day) => {
      if (open[day]) observe(poisson(mul(rate, scale)), count, `day ${day}`);
    });
  },
  { data: { visitors: { type: "counts", missing: true }, open: "booleans", scale: "number" } },
);
