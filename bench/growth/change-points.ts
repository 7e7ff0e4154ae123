/** One change point in counts: of coal mining disasters, and in made-up days of any number. */
import {
  defineModel,
  exp,
  exponential,
  gt,
  type Model,
  normal,
  poisson,
  studentT,
  uniform,
  where,
} from "../library.ts";

/**
 * Disasters in British coal mines, year by year from 1851. Source: R. G. Jarrett, "A note on the intervals between
 * coal-mining disasters", Biometrika 66 (1979) 191–193. A digit a year, "-" where it is not known.
 */
const DISASTERS =
  "454014340633402633545314415534252234213-2111130010110031032201110101000210001102331-211112420014000100000100101";

/** The rate of disasters changes in an unknown year. */
export const coalMining = (): Model =>
  defineModel("coal mining", ({ sample, observe }) => {
    const [early, late] = [sample("early", exponential(1)), sample("late", exponential(1))];
    const year = sample("year", uniform(0, DISASTERS.length));
    [...DISASTERS].forEach((count, i) => {
      if (count !== "-") observe(poisson(where(gt(year, i), early, late)), Number(count));
    });
  });

/** The same with what a library needs that knows no priors but normal ones: logs of the rates, and a year on the whole line. */
export const coalMiningByLogs = (): Model =>
  defineModel("coal mining by logs", ({ sample, observe }) => {
    const [early, late] = [exp(sample("early", normal(0, 1))), exp(sample("late", normal(0, 1)))];
    const year = sample("year", normal(DISASTERS.length / 2, DISASTERS.length / 4));
    [...DISASTERS].forEach((count, i) => {
      if (count !== "-") observe(poisson(where(gt(year, i), early, late)), Number(count));
    });
  });

/** A level changes on one of n days; nothing of the data folds into sums, as the tails are heavy. */
export const changePointDays = (days: number): Model =>
  defineModel(`change in ${days} days`, ({ sample, observe }) => {
    const [early, late] = [sample("early", normal(0, 1)), sample("late", normal(0, 1))];
    const scale = exp(sample("scale", normal(0, 1)));
    const day = sample("day", normal(days / 2, days / 4));
    for (let i = 0; i < days; i++)
      observe(studentT(4, where(gt(day, i), early, late), scale), (i < 0.4 * days ? 1 : -1) + Math.sin(7 * i));
  });
