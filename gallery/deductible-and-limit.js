// From which loss on does an insurer pay? Losses below an unknown deductible are not paid, others in full up to 6; what is paid is seen with noise.
import { defineModel, normal } from "nondiff/plain";

/** Simulated by `scripts/make-data.mjs`. */
export const data = { paid: [5.5, 0.11, -0.03, 0.46, 2.83, 6.17, 0.42, 3.27, 2.45, 5.42, 0.06, 2.41, 6.18, 0.16] };

export default defineModel("deductible-and-limit", ({ sample, observe }) => {
  const m = sample("m", normal(0.5, 1));
  const deductible = sample("deductible", normal(0.5, 0.7));
  for (const [i, paid] of data.paid.entries()) {
    const loss = sample(`loss${i}`, normal(m, 0.8)); // its logarithm
    const due = loss > deductible ? Math.min(Math.exp(loss), 6) : 0;
    observe(normal(due, 0.3), paid, `claim ${i}`);
  }
});
