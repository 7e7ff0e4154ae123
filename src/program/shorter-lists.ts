/**
 * Shorter lists of the values of counts. Of a ~ Poisson(r) with r ~ gamma(2, 0.2) values up to 251 are listed, beyond which 1e-12 of the prior lies; two such
 * counts that are read together, as in binomial(a + b, 0.4), have a table of 63,504 entries. Values above 62 have a prior probability of 2e-5, and without them
 * the table has 3969.
 *
 * What is left out is reported, with what draws of the priors do not see, and a fit warns where the posterior comes near the last value. So counts end where the least of the prior is left out that
 * makes a table small enough, all at the same probability, as a rare one needs few values and a frequent one many.
 */
import { inputsAt, valuesAt } from "../autodiff/tape/values.ts";
import { exp } from "../math/elementary.ts";
import { weightedPlace } from "../random/weighted-place.ts";
import type { FiniteLatent, Trace } from "./run.ts";
import { drawnInput, endsOfCount, shareOf } from "./truncation.ts";

/** What a list may leave out at least and at most, and the factor from one try to the next: the first is taken with which the table is small enough. */
const [LEAST_TAIL, MOST_TAIL, FACTOR] = [1e-10, 0.03, 1.5];

/** Draws of the priors over which masses are averaged; they see nothing of rates beyond, which may be 1 in so many. */
const DRAWN = 64;

/**
 * The discrete latents of a trace with shorter lists of the named counts, so short that the table is small enough; undefined where too much of the prior would be left
 * out, and where no count can end earlier.
 */
export function shorterLists(
  trace: Trace,
  names: readonly string[],
  isSmall: (finite: readonly FiniteLatent[]) => boolean,
): readonly FiniteLatent[] | undefined {
  const counts = trace.finite.filter(({ name, lostMass }) => lostMass > 0 && names.includes(name));
  if (counts.length === 0) return undefined;
  const masses = meanMasses(trace, counts);
  for (let most = LEAST_TAIL; most < MOST_TAIL; most *= FACTOR) {
    const shorter = new Map(counts.map((count, at) => [count.name, cut(count, masses[at]!, most)]));
    const finite = withDependents(
      trace,
      trace.finite.map((latent) => shorter.get(latent.name) ?? latent),
    );
    if (isSmall(finite)) return finite;
  }
  return undefined;
}

// The values up to the least above which at most a probability of `most` lies.
function cut(count: FiniteLatent, masses: Float64Array, most: number): FiniteLatent {
  let [length, lost] = [count.values.length, 0];
  while (length > 1 && lost + masses[length - 1]! <= most) lost += masses[--length]!;
  return upTo(count, length, Math.max(count.lostMass, lost + 1 / DRAWN));
}

function upTo(latent: FiniteLatent, length: number, lostMass: number): FiniteLatent {
  const { values, logMasses } = latent;
  return { ...latent, values: values.slice(0, length), logMasses: logMasses.slice(0, length), lostMass };
}

// Trials end where their number does: of k ~ binomial(n, p) values above the largest n are impossible.
function withDependents({ graph, latents }: Trace, finite: readonly FiniteLatent[]): readonly FiniteLatent[] {
  const found: FiniteLatent[] = [];
  for (const latent of finite) {
    const last = endsOfCount({ graph, latents, finite: found }, latent.prior)?.[1];
    const length = last === undefined ? latent.values.length : latent.values.filter((value) => value <= last).length;
    found.push(length < latent.values.length ? upTo(latent, length, latent.lostMass) : latent);
  }
  return found;
}

// The probability of each value of some counts, averaged over draws of all that comes before them.
function meanMasses(trace: Trace, counts: readonly FiniteLatent[]): Float64Array[] {
  const { graph, latents, finite, points } = trace;
  const sums = counts.map(({ values }) => new Float64Array(values.length));
  // In the order of declaration, which is that of their inputs.
  const all = [...latents, ...finite].sort((p, q) => p.node - q.node);
  for (let draw = 0; draw < DRAWN; draw++) {
    const inputs = inputsAt(graph, [points.map(({ node }) => node), points.map(({ start }) => start)]);
    all.forEach((latent, at) => {
      const share = shareOf(draw, at);
      if (!("values" in latent)) {
        inputs.set(latent.node, drawnInput(latent, share, graph, inputs) ?? 0);
        return;
      }
      const masses = valuesAt(graph, latent.logMasses, inputs).map((mass) => exp(mass) || 0);
      const total = masses.reduce((sum, mass) => sum + mass, 0);
      inputs.set(latent.node, latent.values[weightedPlace(masses, 0, masses.length, share * total)]!);
      const own = counts.indexOf(latent);
      if (own >= 0) for (const [k, mass] of masses.entries()) sums[own]![k]! += mass / DRAWN;
    });
  }
  return sums;
}
