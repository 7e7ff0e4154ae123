// On which day did the number of text messages change, and from how many a day to how many?
import { defineModel, exponential, poisson, uniform } from "nondiff/plain";

/** Davidson-Pilon, Bayesian Methods for Hackers, chapter 1 (MIT licence). */
export const data = {
  count: [
    13, 24, 8, 24, 7, 35, 14, 11, 15, 11, 22, 22, 11, 57, 11, 19, 29, 6, 19, 12, 22, 12, 18, 72, 32, 9, 7, 13, 19, 23,
    27, 20, 6, 17, 13, 10, 14, 6, 16, 15, 7, 2, 15, 15, 19, 70, 49, 7, 53, 22, 21, 31, 19, 11, 18, 20, 12, 35, 17, 23,
    17, 4, 2, 31, 30, 13, 27, 0, 39, 37, 5, 14, 13, 22,
  ],
};

export default defineModel("text-messages", ({ sample, observe }) => {
  const early = sample("early", exponential(0.05));
  const late = sample("late", exponential(0.05));
  const change = sample("change", uniform(0, data.count.length));
  for (const [day, count] of data.count.entries()) observe(poisson(change > day ? early : late), count, `day ${day}`);
});
