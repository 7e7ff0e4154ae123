// Did the leaflet change opinions? Answers are no, undecided or yes, by where a hidden opinion lies; some are ticked by mistake.
import { bernoulli, defineModel, halfNormal, normal } from "nondiff/plain";

/** Simulated by `scripts/make-data.mjs`. */
export const data = {
  informed: [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  ],
  answer: [
    2, 1, 2, 0, 2, 2, 2, 1, 1, 1, 1, 1, 1, 2, 2, 0, 2, 1, 1, 2, 2, 2, 1, 1, 1, 1, 0, 1, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2,
    1, 2, 2, 1, 2, 2, 2, 1, 2, 2, 1, 2, 1, 2, 1, 2, 2, 2, 2, 2, 1,
  ],
};

export default defineModel("ordinal-survey", ({ sample, observe }) => {
  const shift = sample("shift", normal(0, 1));
  const low = sample("low", normal(-0.5, 1));
  const gap = sample("gap", halfNormal(1));
  for (const [i, answer] of data.answer.entries()) {
    const opinion = sample(`opinion${i}`, normal(data.informed[i] ? shift : 0, 1));
    let felt = 0;
    if (opinion > low) felt = 1;
    if (opinion > low + gap) felt = 2;
    observe(bernoulli(felt === answer ? 0.94 : 0.03), 1, `answer ${i}`); // what was ticked, by who feels so
  }
});
