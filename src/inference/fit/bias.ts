/** Warnings about estimators that are biased on a model, such as `reparam` on one whose density jumps. */
import { unseenJumps } from "../../boundaries/check/jumps-without-condition.ts";
import type { GradientSampler } from "../sampler/sampler.ts";

/** What a user of this estimator should know, as sentences. */
export function biasWarnings(sampler: GradientSampler): string[] {
  const { estimator, model, objective } = sampler;
  const countsAll = estimator.countsAllJumps === true && sampler.profile.repertoire.lines !== undefined;
  const unseen = estimator.differentiates === false || countsAll ? [] : unseenJumps(objective);
  return [
    ...warningsOfConditions(sampler),
    ...unseen.map(
      ({ site, text, divisor }) =>
        `fit: estimator "${estimator.name}" is biased on model "${model.name}": at ${site} \`${text}\` jumps where \`${divisor}\` is 0, and no condition says so; score() is not, nor is a divisor that is positive or a condition`,
    ),
  ];
}

function warningsOfConditions({ estimator, model, analysis }: GradientSampler): string[] {
  if (!estimator.biasedAtJumps && !estimator.biasedWhenCoincident) return [];
  const { boundaries, refused } = analysis();
  const jumps = [...boundaries, ...refused];
  if (estimator.biasedAtJumps && jumps.length > 0)
    return [
      `fit: estimator "${estimator.name}" is biased on model "${model.name}", whose density jumps at ${jumps.length} condition(s), the first \`${jumps[0]!.text()}\`; corrected() is not`,
    ];
  const shared = boundaries.find(({ predicates }) => predicates.length > 1) ?? boundaries[0];
  if (estimator.biasedWhenCoincident && shared)
    return [
      `fit: estimator "${estimator.name}" may be biased on model "${model.name}": it forces ifs on one boundary, such as \`${shared.text()}\`, one at a time; corrected() does not`,
    ];
  return [];
}
