/** Which of several models predicts the same data best, by leave-one-out cross validation: a table, the best model first. */
import { requireList, requireNoMore } from "../../checks/arguments.ts";
import { type Loo, standardError } from "./loo.ts";

export interface ComparedModel {
  readonly name: string;
  readonly elpd: number;
  readonly se: number;
  /** How far `elpd` is below that of the best model, 0 for that one, and the standard error of this difference, datum by datum. */
  readonly difference: number;
  readonly differenceSe: number;
  readonly pLoo: number;
  /** The largest k-hat of its observations. */
  readonly kHat: number;
}

export interface ModelComparison {
  readonly models: readonly ComparedModel[];
  /** The table as text. */
  readonly text: string;
}

/**
 * Compares models by what `loo` says of them. Models that differ by less than some 2 `differenceSe`, or by less than 4, predict
 * alike.
 *
 *     console.log(compareModels({ one: loo(a, fit(a)), two: loo(b, fit(b)) }).text);
 *
 * Throws RangeError for fewer than two models, and where they are not of the same observations.
 */
export function compareModels(loos: Readonly<Record<string, Loo>>): ModelComparison {
  requireNoMore("compareModels", 1, arguments);
  const entries = Object.entries(Object(loos) as typeof loos);
  if (entries.length < 2)
    throw new RangeError(`compareModels: too few models; got ${entries.length}, expected two or more`);
  for (const [name, loo] of entries)
    requireList(
      "compareModels",
      `the result of loo() for "${name}"`,
      loo?.pointwise,
      "what loo(model, posterior) returns",
    );
  const namesOf = ({ pointwise }: Loo): string => pointwise.map(({ name }) => name).join("\n");
  const [[first, one]] = entries as [[string, Loo]];
  const other = entries.find(([, loo]) => namesOf(loo) !== namesOf(one));
  if (other) {
    const apart = other[1].pointwise.findIndex(({ name }, i) => name !== one.pointwise[i]?.name);
    throw new RangeError(
      `compareModels: models have other observations; got ${other[1].pointwise.length} in "${other[0]}"${apart < 0 ? "" : `, among them "${other[1].pointwise[apart]!.name}"`}, expected the ${one.pointwise.length} of "${first}" by the same names`,
    );
  }
  entries.sort(([, a], [, b]) => b.elpd - a.elpd);
  const best = entries[0]![1];
  const models = entries.map(([name, loo]): ComparedModel => {
    const differences = loo.pointwise.map(({ elpd }, i) => elpd - best.pointwise[i]!.elpd);
    return {
      name,
      elpd: loo.elpd,
      se: loo.se,
      difference: loo.elpd - best.elpd,
      differenceSe: loo === best ? 0 : standardError(differences),
      pLoo: loo.pLoo,
      kHat: loo.pointwise.reduce((most, { kHat }) => Math.max(most, kHat), -Infinity),
    };
  });
  return { models, text: table(models) };
}

function table(models: readonly ComparedModel[]): string {
  const rows = models.map(({ name, elpd, se, difference, differenceSe, pLoo, kHat }) => [
    name,
    ...[elpd, se, difference, differenceSe, pLoo].map((x) => x.toFixed(1)),
    kHat.toFixed(2),
  ]);
  const all = [["model", "elpd", "se", "difference", "se", "p_loo", "k-hat"], ...rows];
  const widths = all[0]!.map((_, j) => Math.max(...all.map((row) => row[j]!.length)));
  return all
    .map((row) => row.map((cell, j) => (j === 0 ? cell.padEnd(widths[j]!) : cell.padStart(widths[j]!))).join("  "))
    .join("\n");
}
