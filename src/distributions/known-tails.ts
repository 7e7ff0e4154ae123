/**
 * The tails of distributions that are made without them: those of `nondiff/core` and of the models that come with the library, whose
 * bundles stay small. `withTails(normal(0, 1)).quantile(0.975)` is 1.96.
 */

import { Expr, type Real } from "../autodiff/expr.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { bernoulliTails } from "./discrete/bernoulli.ts";
import { binomialTails } from "./discrete/binomial.ts";
import { categoricalTails } from "./discrete/categorical.ts";
import { geometricTails } from "./discrete/geometric.ts";
import { negativeBinomialTails } from "./discrete/negative-binomial.ts";
import { poissonTails } from "./discrete/poisson.ts";
import type { Distribution, Parameter, Support } from "./distribution.ts";
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

type Formulas = (...parameters: Real[]) => TailFormulas;

/** By name; the parameters are those of the record, in order. */
const FORMULAS: Readonly<Record<string, Formulas>> = {
  beta: (a, b) => betaTails(a!, b!),
  bernoulli: (p) => bernoulliTails(p!),
  binomial: (trials, p) => binomialTails(trials as number, p!),
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

/**
 * A record whose tails are made when someone asks for the first of them: a model has one for each of 10,000 observations, and asks no tails of
 * these. The tails are read from the class, so that a copy, `{ ...normal(0, 1), logDensity }`, is without; `withTails` gives it those of its name.
 */
class Complete implements Distribution {
  declare readonly name: string;
  declare readonly parameters: readonly Parameter[];
  declare readonly support: Support;
  declare readonly logDensity: Distribution["logDensity"];
  declare readonly logDensityInside: Distribution["logDensityInside"];
  declare readonly draw: Distribution["draw"];
  declare readonly fromNormal: Distribution["fromNormal"];
  declare readonly initial: Distribution["initial"];
  declare readonly finiteValues: Distribution["finiteValues"];
  readonly #record: Distribution;
  #tailed: Distribution | undefined;

  constructor(record: Distribution) {
    this.name = record.name;
    this.parameters = record.parameters;
    this.support = record.support;
    this.logDensity = record.logDensity;
    this.logDensityInside = record.logDensityInside;
    this.fromNormal = record.fromNormal;
    this.initial = record.initial;
    this.#record = record;
    // Of counts the tails have draws in fewer steps, and the values that count.
    const { discrete } = record.support;
    this.draw = discrete ? (next) => this.#tails.draw(next) : record.draw;
    this.finiteValues = discrete ? (tailMass) => this.#tails.finiteValues!(tailMass) : record.finiteValues;
  }

  get #tails(): Distribution {
    const record = this.#record;
    this.#tailed ??= tailed(record, FORMULAS[record.name]!(...record.parameters.map(({ value }) => value)));
    return this.#tailed;
  }

  get cdf(): Distribution["cdf"] {
    return this.#tails.cdf;
  }

  get logCdf(): Distribution["logCdf"] {
    return this.#tails.logCdf;
  }

  get logSurvival(): Distribution["logSurvival"] {
    return this.#tails.logSurvival;
  }

  get logInterval(): Distribution["logInterval"] {
    return this.#tails.logInterval;
  }

  get quantile(): Distribution["quantile"] {
    return this.#tails.quantile;
  }

  get moments(): Distribution["moments"] {
    return this.#tails.moments;
  }

  get momentsAt(): Distribution["momentsAt"] {
    return this.#tails.momentsAt;
  }
}

/** The distribution with its tails: itself if it has some, or if none are known. */
export function withTails(distribution: Distribution): Distribution {
  requireNoMore("withTails", 1, arguments);
  if (distribution instanceof Complete) return distribution;
  const { name, cdf, parameters } = requireDistribution("withTails", distribution);
  // Of a traced number of trials nobody knows how many values there are.
  const isKnown = Object.hasOwn(FORMULAS, name) && !(name === "binomial" && parameters[0]?.value instanceof Expr);
  return cdf || !isKnown ? distribution : new Complete(distribution);
}
