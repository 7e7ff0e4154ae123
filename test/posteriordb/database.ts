/**
 * The data and the reference posteriors of posteriordb, which are no part of this package: they are read from ../shared/posteriordb beside the
 * checkout, or from the folder that NONDIFF_POSTERIORDB names.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Data } from "./row.ts";

const folder = process.env.NONDIFF_POSTERIORDB ?? resolve("../shared/posteriordb");

/** Whether the database is there. */
export const isThere: boolean = existsSync(join(folder, "data"));
if (!isThere)
  console.warn(`posteriordb: no data in ${folder}; its models are left out (NONDIFF_POSTERIORDB names another folder)`);

const read = (kind: string, name: string): unknown =>
  JSON.parse(readFileSync(join(folder, kind, `${name}.json`), "utf8"));

/** The fields of a data file. */
export function dataOf(file: string): Data {
  const fields = read("data", file) as Record<string, unknown>;
  const field = <T>(name: string): T => {
    if (!(name in fields)) throw new RangeError(`posteriordb: ${file}.json has no field "${name}"`);
    return fields[name] as T;
  };
  return { number: field<number>, numbers: field<number[]>, rows: field<number[][]> };
}

/** What is known of a number under a reference posterior. */
export interface Moments {
  readonly mean: number;
  readonly sd: number;
}

/** Mean and sd of every number of a reference posterior, under the names that programs have: `beta[0]` is its beta[1]. */
export const referenceMoments = (name: string): Map<string, Moments> => momentsIn(read("reference", name));

/** The same of a posterior of posteriordb-jumps, which lies beside the sources. */
export const jumpReference = (name: string): Map<string, Moments> =>
  momentsIn(JSON.parse(readFileSync(resolve("posteriordb-jumps/reference", `${name}.json`), "utf8")));

interface Reference {
  readonly mean: Record<string, number>;
  readonly mean_squared: Record<string, number>;
  readonly summary?: Record<string, Moments>;
  readonly summary_of_reference_draws?: Record<string, Moments>;
}

function momentsIn(reference: unknown): Map<string, Moments> {
  const { mean, mean_squared: squares, ...others } = reference as Reference;
  const summary = others.summary ?? others.summary_of_reference_draws;
  return new Map(
    Object.entries(mean).map(([entry, value]) => [
      entry.replace(/\[(\d+)\]/g, (_, index: string) => `[${Number(index) - 1}]`),
      { mean: value, sd: summary?.[entry]?.sd ?? Math.sqrt(squares[entry]! - value * value) },
    ]),
  );
}
