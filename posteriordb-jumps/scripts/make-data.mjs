// The data: of the coal mines and the text messages what was published, of all others what a small generator makes from a seed.
import { writeFileSync } from "node:fs";

export function source(seed) {
  let state = seed;
  const u = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const n = () => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());
  const poisson = (mean) => {
    let p = Math.exp(-mean);
    let sum = p;
    let k = 0;
    for (const at = u(); at > sum; sum += p) p *= mean / ++k;
    return k;
  };
  return { u, n, poisson };
}
const times = (count, of) => Array.from({ length: count }, (_, i) => of(i));
const rounded = (x) => Math.round(x * 1e4) / 1e4;

const DISASTERS =
  "454014340633402633545314415534252234213-2111130010110031032201110101000210001102331-211112420014000100000100101";
// biome-ignore format: a table
const MESSAGES = [
  13, 24, 8, 24, 7, 35, 14, 11, 15, 11, 22, 22, 11, 57, 11, 19, 29, 6, 19, 12, 22, 12, 18, 72, 32, 9, 7, 13, 19, 23,
  27, 20, 6, 17, 13, 10, 14, 6, 16, 15, 7, 2, 15, 15, 19, 70, 49, 7, 53, 22, 21, 31, 19, 11, 18, 20, 12, 35, 17, 23,
  17, 4, 2, 31, 30, 13, 27, 0, 39, 37, 5, 14, 13, 22,
];

/** x in increasing order, and y of x with noise. */
function curve(seed, count, low, high, of, sd) {
  const { u, n } = source(seed);
  const x = times(count, () => rounded(low + (high - low) * u())).sort((p, q) => p - q);
  return { x, y: x.map((value) => rounded(of(value) + sd * n())) };
}

export const DATA = {
  // -1: not known
  coal_mining: () => ({ count: [...DISASTERS].map((digit) => (digit === "-" ? -1 : Number(digit))) }),
  text_messages: () => ({ count: MESSAGES }),
  two_change_points() {
    const { poisson } = source(21);
    return { count: times(60, (i) => poisson(i < 18 ? 6 : i < 41 ? 12 : 4)) };
  },
  step_regression: () => curve(22, 40, 0, 10, (x) => 1 + 0.3 * x + (x > 6.2 ? 1.5 : 0), 0.7),
  two_phase_regression: () => curve(23, 40, 0, 10, (x) => 2 + 0.8 * x - 1.1 * Math.max(x - 6, 0), 0.6),
  rating_curve: () => curve(24, 45, 1.2, 12, (h) => 0.5 + 1.6 * Math.log(h) + 1.2 * Math.max(Math.log(h / 5), 0), 0.25),
  thermostat() {
    const { n } = source(25);
    const y = [20];
    for (let i = 0, on = 0; i < 50; i++) {
      on = y[i] < 18.5 ? 1 : y[i] > 21.7 ? 0 : on;
      y.push(rounded(y[i] + (on ? 0.7 : -0.5) + 0.25 * n()));
    }
    return { y };
  },
  threshold_autoregression() {
    const { n } = source(26);
    const y = [0];
    for (let t = 0; t < 80; t++) y.push(rounded((y[t] > 0.4 ? -0.8 : 1.1) + 0.4 * y[t] + 0.8 * n()));
    return { y };
  },
  deductible() {
    const { n } = source(27);
    return {
      paid: times(15, () => {
        const z = 1 + 0.7 * n();
        return rounded((z > Math.log(2.2) ? Math.exp(z) : 0) + 0.3 * n());
      }),
    };
  },
  hidden_switch() {
    const { u, n } = source(28);
    let s = 1;
    return {
      y: times(25, () => {
        if (u() < 0.1) s = 1 - s;
        return rounded((s ? 1 : -1) + 0.8 * n());
      }),
    };
  },
  randomised_response() {
    const { u } = source(29);
    return { yes: times(40, () => (u() < 0.5 ? Number(u() < 0.3) : Number(u() < 0.5))) };
  },
};

if (process.argv[1] === new URL(import.meta.url).pathname)
  for (const [name, make] of Object.entries(DATA))
    writeFileSync(new URL(`../data/${name}.json`, import.meta.url), `${JSON.stringify(make())}\n`);
