// In which year did British coal mines become safer? Disasters a year from 1851 on; in two years the count is not known.
import { defineModel, exponential, poisson, uniform } from "nondiff/plain";

/** Jarrett, Biometrika 66 (1979) 191–193; −1 where the count is not known. */
export const data = {
  count: [
    4, 5, 4, 0, 1, 4, 3, 4, 0, 6, 3, 3, 4, 0, 2, 6, 3, 3, 5, 4, 5, 3, 1, 4, 4, 1, 5, 5, 3, 4, 2, 5, 2, 2, 3, 4, 2, 1, 3,
    -1, 2, 1, 1, 1, 1, 3, 0, 0, 1, 0, 1, 1, 0, 0, 3, 1, 0, 3, 2, 2, 0, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 2, 1, 0, 0, 0, 1,
    1, 0, 2, 3, 3, 1, -1, 2, 1, 1, 1, 1, 2, 4, 2, 0, 0, 1, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1,
  ],
};

export default defineModel("coal-mining", ({ sample, observe }) => {
  const early = sample("early", exponential(1));
  const late = sample("late", exponential(1));
  const change = sample("change", uniform(0, data.count.length));
  for (const [i, count] of data.count.entries()) {
    if (count < 0) continue; // not known
    observe(poisson(i < change ? early : late), count, `${1851 + i}`);
  }
});
