// The data of the gallery that are neither published nor those of posteriordb-jumps: what a small generator makes from a seed.
// `node gallery/scripts/make-data.mjs NAME` prints those of a problem as its program has them.
import { source } from "../../posteriordb-jumps/scripts/make-data.mjs";

const times = (count, of) => Array.from({ length: count }, (_, i) => of(i));
const rounded = (x, digits = 2) => Number(x.toFixed(digits));

export const DATA = {
  /** Losses exp(z), z ~ N(1, 0.8²): nothing is paid up to 2, all of it above, at most 6; seen with an error of sd 0.3. */
  "deductible-and-limit"() {
    const { n } = source(31);
    return {
      paid: times(14, () => {
        const loss = Math.exp(1 + 0.8 * n());
        return rounded((loss > 2 ? Math.min(loss, 6) : 0) + 0.3 * n());
      }),
    };
  },
  /** Tax of 15 % of an income up to 30, of 24 % of all of it above; what households report of it errs by an sd of 1.2. */
  "tax-bracket"() {
    const { u, n } = source(32);
    const income = times(40, () => rounded(8 + 50 * u(), 1)).sort((p, q) => p - q);
    return { income, tax: income.map((x) => rounded((x > 30 ? 0.24 : 0.15) * x + 1.2 * n())) };
  },
  /** Orders a month: four customers in ten order at all, these 2.3 times on average. */
  "zero-inflated-revenue"() {
    const { u, poisson } = source(33);
    return { orders: times(50, () => (u() < 0.4 ? poisson(2.3) : 0)) };
  },
  /** A line with an error of sd 0.4, of 3 at one place in six. */
  "robust-regression"() {
    const { u, n } = source(34);
    const x = times(24, (i) => rounded(-2 + (4 * i) / 23));
    return { x, y: x.map((value) => rounded(1 + 0.9 * value + (u() < 1 / 6 ? 3 : 0.4) * n())) };
  },
  /** Five regressors, the first two nearly equal; the first and the fourth count. */
  "spike-and-slab"() {
    const { n } = source(35);
    const rows = times(40, () => {
      const row = times(5, () => n());
      row[1] = 0.9 * row[0] + Math.sqrt(1 - 0.9 ** 2) * row[1];
      return row.map((value) => rounded(value));
    });
    return { rows, y: rows.map((row) => rounded(0.7 * row[0] - 0.9 * row[3] + n())) };
  },
  /** Opinions ~ N(0, 1), of the second half N(0.8, 1); cut at −0.6 and 0.7; one answer in seventeen is ticked at random. */
  "ordinal-survey"() {
    const { u, n } = source(36);
    const informed = times(60, (i) => (i < 30 ? 0 : 1));
    return {
      informed,
      answer: informed.map((group) => {
        const opinion = 0.8 * group + n();
        const felt = opinion < -0.6 ? 0 : opinion < 0.7 ? 1 : 2;
        return u() < 0.09 ? Math.floor(3 * u()) : felt;
      }),
    };
  },
  /** 100,000 people, 20 of them ill on day 0; 0.45 contacts a day that infect up to day 18, 0.15 after it; a tenth recovers each day. */
  epidemic() {
    const { n } = source(37);
    let [healthy, ill] = [99_980, 20];
    return {
      cases: times(40, (day) => {
        const infected = ((day < 18 ? 0.45 : 0.15) * healthy * ill) / 100_000;
        healthy -= infected;
        ill += infected - 0.1 * ill;
        return Math.round(infected * Math.exp(0.25 * n()));
      }),
    };
  },
  /** A function with two steps. */
  "step-network"() {
    const { n } = source(38);
    const x = times(30, (i) => rounded(-2 + (4 * i) / 29));
    return { x, y: x.map((value) => rounded((value > -0.7 ? 1.2 : 0) + (value > 0.6 ? -2 : 0) + 0.3 * n())) };
  },
};

if (process.argv[1] === new URL(import.meta.url).pathname)
  console.log(JSON.stringify(DATA[process.argv[2]](), null, 1));
