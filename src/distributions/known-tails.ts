/**
 * The tails of distributions that are made without them: those of `nondiff/core` and of the models that come with the library, whose
 * bundles stay small. `withTails(normal(0, 1)).quantile(0.975)` is 1.96.
 */

import type { Real } from "../autodiff/expr.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { bernoulliTails } from "./discrete/bernoulli.ts";
import { binomialTails } from "./discrete/binomial.ts";
import { categoricalTails } from "./discrete/categorical.ts";
import { geometricTails } from "./discrete/geometric.ts";
import { negativeBinomialTails } from "./discrete/negative-binomial.ts";
import { poissonTails } from "./discrete/poisson.ts";
import type { Distribution } from "./distribution.ts";
import { betaTails } from "./interval/beta.ts";
import { uniformTails } from "./interval/uniform.ts";
import { chi2Tails } from "./positive/chi2.ts";
import { exponentialTails } from "./positive/exponential.ts";
import { gammaTails } from "./positive/gamma.ts";
import { halfNormalTails } from "./positive/half-normal.ts";
import { lognormalTails } from "./positive/lognormal.ts";
import { cauchyTails } from "./real/cauchy.ts";
import { laplaceTails } from "./real/laplace.ts";
import { logisticTails } from "./real/logistic.ts";
import { normalTails } from "./real/normal.ts";
import { studentTTails } from "./real/student-t.ts";
import { type TailFormulas, tailed } from "./tails.ts";
import { requireDistribution } from "./vector/requirements.ts";

type Formulas = (...parameters: Real[]) => TailFormulas | undefined;

/** By name; the parameters are those of the record, in order. */
const FORMULAS: Readonly<Record<string, Formulas>> = {
  beta: (a, b) => betaTails(a!, b!),
  bernoulli: (p) => bernoulliTails(p!),
  binomial: (trials, p) => (typeof trials === "number" ? binomialTails(trials, p!) : undefined),
  categorical: categoricalTails,
  cauchy: (location, scale) => cauchyTails(location!, scale!),
  chi2: (df) => chi2Tails(df!),
  exponential: (rate) => exponentialTails(rate!),
  gamma: (shape, rate) => gammaTails(shape!, rate!),
  geometric: (p) => geometricTails(p!),
  halfNormal: (scale) => halfNormalTails(scale!),
  laplace: (location, scale) => laplaceTails(location!, scale!),
  logistic: (location, scale) => logisticTails(location!, scale!),
  lognormal: (mean, sd) => lognormalTails(mean!, sd!),
  negativeBinomial: (size, p) => negativeBinomialTails(size!, p!),
  normal: (mean, sd) => normalTails(mean!, sd!),
  poisson: (rate) => poissonTails(rate!),
  studentT: (df, location, scale) => studentTTails(df!, location, scale),
  uniform: (low, high) => uniformTails(low!, high!),
};

/** The distribution with its tails: itself if it has some, or if none are known. */
export function withTails(distribution: Distribution): Distribution {
  requireNoMore("withTails", 1, arguments);
  const { name, parameters, cdf } = requireDistribution("withTails", distribution);
  const formulas = cdf || !Object.hasOwn(FORMULAS, name) ? undefined : FORMULAS[name];
  const tails = formulas?.(...parameters.map(({ value }) => value));
  return tails ? tailed(distribution, tails) : distribution;
}
