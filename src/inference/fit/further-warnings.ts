/** These warnings contradict a result beside its status, and only profiles that can afford it give them: weights, cells, latents without data. */
import type { Collapsed, CollapseResult } from "../../collapse/collapse.ts";
import type { Variable } from "../../collapse/variable.ts";
import type { Distribution } from "../../distributions/distribution.ts";
import { mayLackMoments } from "../../distributions/missing-moments.ts";
import type { VectorDistribution } from "../../distributions/vector/vector-distribution.ts";
import type { Trace } from "../../program/run.ts";
import type { Posterior } from "../posterior.ts";
import { ELSEWHERE } from "./importance.ts";
import { weightsOf } from "./optima.ts";
import { type FitOptions, warn } from "./options.ts";
import type { FitWarning } from "./report.ts";
import { type Judged, namesOf } from "./warnings.ts";

/** All of them. */
export function furtherWarnings(judged: Judged): FitWarning[] {
  return [...narrowGuide(judged), ...unvisitedCells(judged), ...untouchedLatents(judged), ...tailsOf(judged)];
}

function narrowGuide({ objective, best, weighing }: Judged): FitWarning[] {
  const weighted = weighing?.importance.weighted;
  if (best.status === "unbounded" || !weighted || weighted.isTrusted || weighted.distance < ELSEWHERE) return [];
  const { kHat, effectiveDraws, draws, isShort } = weighted;
  const { answers } = weighing.importance;
  const latent = weighing.unmet ?? weighing.drift;
  const why = weighing.unmet
    ? `some that jump along "${weighing.unmet}" do not come back, from a part of it that no draw has met`
    : weighing.drift
      ? `those of "${weighing.drift}" drift away when they move along it`
      : isShort
        ? "they are too rare in a part of it that particles find"
        : `they have k-hat ${kHat.toFixed(2)} and ${draws} draws are worth ${effectiveDraws.toFixed(0)}`;
  const repaired = answers === "weights" ? "repair it in part:" : "cannot repair it, as";
  const mended =
    answers === "particles"
      ? "; means, sds and draws are those of particles instead, two populations of which agree"
      : `; sds may be too small${objective.guide.space.name === "mean-field" ? ", and fullRank() or collapse may help" : ""}`;
  return [
    {
      code: "narrow-guide",
      message: `fit: the guide is too narrow for the posterior of model "${objective.trace.model.name}": weights of draws ${repaired} ${why}${mended}`,
      latents: latent === undefined ? [] : [latent],
    },
  ];
}

/** Least mass beyond a condition that is told. */
const UNVISITED = 0.02;

function unvisitedCells({ objective, best, found, unvisited }: Judged): FitWarning[] {
  if (best.status === "unbounded") return [];
  const { latents: names } = namesOf(objective);
  const all = [...found, ...unvisited].map(({ elbo }) => elbo);
  const weights = weightsOf(all).slice(found.length);
  return unvisited.flatMap(({ condition, latents }, k): FitWarning[] => {
    if (!(weights[k]! > UNVISITED)) return [];
    return [
      {
        code: "unvisited-cell",
        message: `fit: about ${(100 * weights[k]!).toPrecision(2)} % of the posterior lies beyond \`${condition}\`, where the guide never is`,
        latents: latents.map((i) => names[i]!),
      },
    ];
  });
}

// Latents that no observation or factor reaches, not even through other latents.
function untouchedLatents({ objective }: Judged): FitWarning[] {
  const { trace } = objective;
  const names = untouched(trace);
  if (names.length === 0 || names.length === trace.latents.length) return [];
  const shown = names.slice(0, 6).map((name) => `"${name}"`);
  return [
    {
      code: "untouched-latent",
      message: `fit: no data reaches ${shown.join(", ")}${names.length > 6 ? `, … (${names.length} latents)` : ""} of model "${objective.trace.model.name}": the posterior is the prior there`,
      latents: names,
    },
  ];
}

function tailsOf({ objective: { trace }, weighing }: Judged): FitWarning[] {
  const names = new Set(untouched(trace));
  // Draws of a prior by itself tell less of its tail than the prior does.
  const alone = trace.latents.filter(({ name, prior }) => names.has(name) && hasNoSd(prior));
  const known = alone.map(
    ({ name, prior }): FitWarning => ({
      code: "no-moments",
      message: `fit: "${name}" has no sd: no data reaches it, and its posterior is its prior, ${prior.name}; quantiles exist`,
      latents: [name],
    }),
  );
  const told = (weighing?.longTails ?? [])
    .filter(({ name }) => !alone.some((latent) => latent.name === name))
    .map(({ name, half, error, isEndless }): FitWarning => {
      if (isEndless)
        return {
          code: "improper-posterior",
          message: `fit: the posterior of "${name}" of model "${trace.model.name}" may be improper: more than 0.2 % of it lies 200,000 times as far out as its quartile, and nothing may bound it but a proper prior`,
          latents: [name],
        };
      const why =
        half < 0.01
          ? `half of its variance lies in ${(100 * half).toPrecision(1)} % of it`
          : `its standard error is ${(100 * error).toFixed(0)} %`;
      return {
        code: "no-moments",
        message: `fit: the sd of "${name}" of model "${trace.model.name}" rests on few draws: the posterior has a tail so long that ${why}, and may have no sd; quantiles exist`,
        latents: [name],
      };
    });
  return [...known, ...told];
}

/** Their names; all of them where the program has no data. */
export function untouched({ graph, latents, terms }: Trace): string[] {
  const indexOf = new Map(latents.map(({ node }, i) => [node, i]));
  const scopes = terms.map(({ site, node }) => ({
    isData: !site.startsWith("sample "),
    scope: graph.reachable([node]).flatMap((below) => indexOf.get(below) ?? []),
  }));
  const touched = new Set<number>();
  let size = -1;
  for (const { isData, scope } of scopes) if (isData) for (const i of scope) touched.add(i);
  while (touched.size > size) {
    size = touched.size;
    for (const { scope } of scopes) if (scope.some((i) => touched.has(i))) for (const i of scope) touched.add(i);
  }
  return latents.flatMap(({ name }, i) => (touched.has(i) ? [] : [name]));
}

/** Prior masses that are left out without a look at the posterior. */
const LEAST_LOST = 1e-6;

/** Least probability of the upper half that is told. */
const TOLD = 1e-3;

// The probability above the last value if it goes on to fall as from the third quarter of the values to the fourth: 1/k has as much there as the upper half.
function beyond(values: readonly { readonly value: number; readonly probability: number }[], last: number): number {
  let [third, fourth] = [0, 0];
  for (const { value, probability } of values)
    if (value > 0.75 * last) fourth += probability;
    else if (value > 0.5 * last) third += probability;
  return fourth < third ? (fourth * fourth) / (third - fourth) : 1;
}

/**
 * Counts that were cut to finitely many values although their priors reach further: of k ~ Poisson(r) with r ~ halfCauchy(2) values above 198 are left
 * out, to which the prior gives 3 %. Where the data say that k is about 5 that changes nothing; where they say that it is about 300 all of the
 * posterior lies at the last values. Tails that fall like 1/k have as much mass beyond the last value as in the upper half of those below.
 */
function cutCounts(posterior: Posterior, collapsed: readonly Collapsed[]): FitWarning[] {
  return collapsed.flatMap(({ latent, lostMass = 0 }): FitWarning[] => {
    if (lostMass <= LEAST_LOST) return [];
    const values = posterior.probabilities(latent);
    const last = values.at(-1)!.value;
    const upper = values.reduce((sum, { value, probability }) => (2 * value > last ? sum + probability : sum), 0);
    if (upper < TOLD || beyond(values, last) < TOLD / 3) return [];
    return [
      {
        code: "cut-count",
        message: `fit: "${latent}" is listed up to ${last} and has a probability of ${upper.toPrecision(2)} above ${Math.floor(last / 2)}: larger values may matter, and are left out; \`truncated(…, 0, last)\` says where the list ends`,
        latents: [latent],
      },
    ];
  });
}

// Whether a prior of numbers alone has no sd.
function hasNoSd(prior: Distribution | VectorDistribution): boolean {
  return (
    !("sampled" in prior) && prior.parameters.every(({ value }) => typeof value === "number") && mayLackMoments(prior)
  );
}

// Summed-out latents that have no sd, as beyond the outermost threshold on a Cauchy latent its posterior is the prior.
function missingMoments(posterior: Posterior, variables: readonly Variable[]): FitWarning[] {
  return variables.flatMap(({ meaning }): FitWarning[] => {
    if (meaning.kind !== "cells" || "sampled" in meaning.latent.prior) return [];
    const { name, prior } = meaning.latent;
    if (!mayLackMoments(prior) || Number.isFinite(posterior.sd(name))) return [];
    const lacks = Number.isFinite(posterior.mean(name)) ? "no sd" : "neither mean nor sd";
    return [
      {
        code: "no-moments",
        message: `fit: "${name}" has ${lacks}: where no condition bounds it its posterior has the tails of ${prior.name}; quantiles exist`,
        latents: [name],
      },
    ];
  });
}

/** The posterior made anew with warnings of summed-out latents: of counts that are cut where it has mass, and of what has no moments. */
export function withSummedOut(
  posterior: Posterior,
  { report: { collapsed }, variables }: CollapseResult,
  options: FitOptions,
  madeWith: (warnings: readonly FitWarning[]) => Posterior,
): Posterior | undefined {
  const told = [...cutCounts(posterior, collapsed), ...missingMoments(posterior, variables)];
  for (const { message } of told) warn(options, message);
  return told.length > 0 ? madeWith(told) : undefined;
}
