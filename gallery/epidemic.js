// From which day on did the lockdown work, and by how much? New cases a day, of 100,000 people.
import { defineModel, lognormal, uniform } from "nondiff/plain";

/** Simulated by `scripts/make-data.mjs`. */
export const data = {
  cases: [
    12, 12, 14, 26, 21, 44, 54, 112, 108, 134, 159, 223, 326, 390, 454, 510, 817, 1523, 876, 527, 546, 820, 625, 668,
    1356, 725, 899, 606, 786, 734, 1098, 839, 963, 586, 997, 1314, 692, 885, 1060, 905,
  ],
};

export default defineModel("epidemic", ({ sample, observe }) => {
  const before = sample("before", lognormal(-1, 0.5));
  const after = sample("after", lognormal(-1, 0.5));
  const lockdown = sample("lockdown", uniform(5, 35));
  let healthy = 99980;
  let ill = 20;
  for (const [day, cases] of data.cases.entries()) {
    const contacts = day < lockdown ? before : after;
    const infected = healthy * (1 - Math.exp((-contacts * ill) / 100000));
    healthy -= infected;
    ill += infected - 0.1 * ill;
    observe(lognormal(Math.log(infected), 0.25), cases, `day ${day}`);
  }
});
