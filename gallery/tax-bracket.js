// From which income on does the higher rate hold, for all of the income? Tax as households report it.
import { defineModel, halfNormal, normal, uniform } from "nondiff/plain";

/** Simulated by `scripts/make-data.mjs`. */
export const data = {
  income: [
    8.5, 9.8, 10.6, 13.4, 14.2, 17.1, 18.6, 20.2, 20.7, 20.9, 21.1, 21.7, 22.3, 23.1, 26.7, 27.4, 30.2, 31.1, 31.6,
    33.7, 34.1, 36, 36, 37.5, 40.8, 40.8, 43.2, 46.4, 46.4, 47.1, 47.7, 49, 49.3, 51.1, 51.1, 51.4, 53.1, 53.2, 53.4,
    57.3,
  ],
  tax: [
    0.46, 0.5, 1.45, 3.59, 1.35, 2.64, 2.36, 2.12, 2.64, 3.44, 3.87, 3.42, 3.06, 2.84, 3.61, 2.25, 8.67, 7.62, 5.03,
    8.23, 6.42, 7.58, 7.62, 10.35, 9.8, 9.92, 10.74, 10.44, 11.73, 10.63, 11.08, 11.44, 10.78, 10.07, 12.68, 11.91,
    11.77, 14.54, 13.76, 13.6,
  ],
};

export default defineModel("tax-bracket", ({ sample, observe }) => {
  const low = sample("low", normal(0.2, 0.2));
  const high = sample("high", normal(0.2, 0.2));
  const bracket = sample("bracket", uniform(0, 60));
  const sd = sample("sd", halfNormal(2));
  for (const [i, income] of data.income.entries()) {
    const rate = income > bracket ? high : low;
    observe(normal(rate * income, sd), data.tax[i], `household ${i}`);
  }
});
