/** The model `cheating`: one learned threshold shared by 100 conditions. */
import { add, div, gt, log, max, min, mul, type Real, sub, sum } from "../autodiff/expr.ts";
import { flat } from "../distributions/real/flat.ts";
import { normal } from "../distributions/real/normal.ts";
import { defineModel, type Model } from "../program/model.ts";

const [STUDENTS, YES] = [100, 35];
const [LEAST, MOST] = [0.005, 0.995];

/**
 * A privacy survey: 35 of 100 students say that they cheated, each answering truthfully or by a second coin as a first
 * coin decides. One learned latent, the threshold t above which a student's u counts as cheating; 300 frozen draws.
 * Source: Davidson-Pilon, "Bayesian Methods for Hackers", as set up by Wagner, Khajwal and Ong (AISTATS 2024).
 */
export const cheating: Model = defineModel(
  "cheating",
  ({ sample, frozen, where, factor }) => {
    const t = sample("t", flat());
    const answers: Real[] = [];
    for (let j = 1; j <= STUDENTS; j++) {
      const u = frozen(`u${j}`, normal(0, 1));
      const first = frozen(`a${j}`, normal(0, 1));
      const second = frozen(`b${j}`, normal(0, 1));
      answers.push(where(gt(first, 0), where(gt(u, t), 1, 0), where(gt(second, 0), 1, 0)));
    }
    // All or none saying yes has probability about 3e-13 and would make the log density −∞.
    const p = max(LEAST, min(MOST, div(sum(answers), STUDENTS)));
    factor("answers", add(mul(YES, log(p)), mul(STUDENTS - YES, log(sub(1, p)))));
  },
  { description: "a privacy survey about cheating (Davidson-Pilon)", init: { mu: [0], rho: [1] } },
);
