/**
 * Models whose ELBO under a mean-field guide is known: every latent has the prior N(0, 1), one value is observed, and the
 * expectation of its log density is given by normal distribution functions or a one-dimensional quadrature.
 */
import { add, log, mul, type Real, softplus, square, sub, sum, type Truth, where } from "../../autodiff/expr.ts";
import { valueAndGrad } from "../../autodiff/functions.ts";
import type { Distribution } from "../../distributions/distribution.ts";
import { normal } from "../../distributions/real/normal.ts";
import { rhoOfSd } from "../../guides/mean-field.ts";
import { defineModel, type MeanFieldParameters, type Model } from "../../program/model.ts";
import type { Gaussian } from "./gaussian.ts";

export interface KnownModel extends Model {
  readonly init: MeanFieldParameters;
  readonly kind: string;
  /** Whether the density jumps, so that `reparam` is biased. */
  readonly jumps: boolean;
  /** The exact ELBO. */
  readonly elbo: (params: MeanFieldParameters) => number;
  /** Its exact derivatives [∂μ…, ∂ρ…]. */
  readonly gradient: (params: MeanFieldParameters) => Float64Array;
}

export function isKnown(model: Model | KnownModel): model is KnownModel {
  return "elbo" in model && "gradient" in model;
}

/** A condition and its probability under the guide. */
export interface Condition {
  readonly text: string;
  readonly latents: number;
  readonly holds: (...z: Real[]) => Truth;
  readonly probability: (...q: Gaussian[]) => Real;
}

/** A distribution of what is observed, and the expectation of its log density under the guide. */
export interface Likelihood {
  readonly text: string;
  readonly latents: number;
  readonly observed: (...z: Real[]) => Distribution;
  readonly expected: (...q: Gaussian[]) => Real;
}

export type Table<Name extends string = string> = { readonly [N in Name]: Condition | Likelihood };

/** What is observed. */
export const VALUE = 1.5;

/** log N(VALUE; mean, sd). */
export function logDensity(mean: Real, sd: Real): Real {
  return normal(mean, sd).logDensity(VALUE);
}

// A guide at which no derivative vanishes by accident.
const MU = [0.3, -0.2, 0.4, -0.1];
const SD = [0.9, 1.1, 0.8, 1.2];

/** The model of a row, with its answer. */
export function known(kind: string, jumps: boolean, name: string, row: Condition | Likelihood): KnownModel {
  const { text, latents } = row;
  const { observed, expected } = "holds" in row ? switched(row) : row;
  const prior = normal(0, 1);
  const names = latents === 1 ? ["z"] : Array.from({ length: latents }, (_, i) => `z${i + 1}`);
  const model = defineModel(
    `conditions/${name}`,
    ({ sample, observe }) => {
      const z = names.map((each) => sample(each, prior));
      observe(observed(...z), VALUE, "x");
    },
    { description: text },
  );
  // Σ E log N(zᵢ; 0, 1) + entropy = Σ log σ + ½ − ½(μ² + σ²), and what was observed.
  const exact = valueAndGrad((theta) => {
    const q = names.map((_, i): Gaussian => ({ mean: theta[i]!, sd: softplus(theta[latents + i]!) }));
    const parts = q.map(({ mean, sd }) => sub(add(log(sd), 0.5), mul(0.5, add(square(mean), square(sd)))));
    return add(sum(parts), expected(...q));
  });
  const at = ({ mu, rho }: MeanFieldParameters): ReturnType<typeof exact> => {
    if (mu.length !== latents || rho.length !== latents)
      throw new RangeError(
        `${model.name}: parameters do not fit; got ${mu.length} of mu and ${rho.length} of rho, expected ${latents} of each`,
      );
    return exact([...Array.from(mu), ...Array.from(rho)]);
  };
  return {
    ...model,
    init: { mu: MU.slice(0, latents), rho: SD.slice(0, latents).map(rhoOfSd) },
    kind,
    jumps,
    elbo: (params) => at(params).value,
    gradient: (params) => at(params).gradient,
  };
}

// The mean is 2 where the condition holds and −1 elsewhere.
function switched({ holds, probability }: Condition): Pick<Likelihood, "observed" | "expected"> {
  const [yes, no] = [logDensity(2, 1), logDensity(-1, 1)];
  return {
    observed: (...z) => normal(where(holds(...z), 2, -1), 1),
    expected: (...q) => add(no, mul(sub(yes, no), probability(...q))),
  };
}
