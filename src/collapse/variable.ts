/**
 * Finite variables: what collapse makes of a latent that is discrete or reaches the model only through conditions. Of z under z > 1 and
 * z > 2 three cells matter, z ≤ 1, 1 < z ≤ 2 and z > 2: a variable of size 3, whose value is the index of the cell.
 */
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Distribution } from "../distributions/distribution.ts";
import type { FiniteLatent, Latent } from "../program/trace.ts";
import type { VectorTransform } from "../transforms/vector/vector-transform.ts";
import type { Table } from "./table.ts";

export interface Variable {
  /** The latent's. */
  readonly name: string;
  /** How many values it has: 0 … size − 1. */
  readonly size: number;
  /** The nodes through which the program reads it: conditions on the latent, or the input of a discrete one. */
  readonly reads: readonly NodeId[];
  /** The node that stands for one of these reads at a value. */
  readonly readAt: (read: NodeId, value: number) => NodeId;
  /** The first value of every run of values at which none of the given reads changes: [0, 2] if one changes from 1 to 2. */
  readonly runs: (reads: readonly NodeId[]) => readonly number[];
  /** Log prior probability of each value, as a function of kept latents and of reads of other variables, or by variables themselves. */
  readonly logMasses: readonly (NodeId | Table)[];
  /** The mask under which the latent exists. */
  readonly live: NodeId;
  readonly meaning: Meaning;
}

/** The meaning of the values of a variable. */
export type Meaning =
  /** Intervals of a continuous latent on its own scale, one for each value. */
  | {
      readonly kind: "cells";
      readonly latent: Latent;
      readonly ends: readonly (readonly [low: NodeId, high: NodeId])[];
    }
  /** Those of a discrete latent. */
  | { readonly kind: "values"; readonly latent: FiniteLatent }
  /** Those of a function of other variables. */
  | { readonly kind: "function"; readonly of: readonly number[] }
  /** How many entries of an ordered vector lie below its threshold of this number. */
  | { readonly kind: "passed"; readonly vector: OrderedLatents; readonly threshold: number };

/** Entries of a vector in increasing order that only conditions read, each of which compares one entry with a threshold. */
export interface OrderedLatents {
  /** The name of the vector. */
  readonly name: string;
  readonly latents: readonly Latent[];
  /** The distribution of the entries before they are put in order. */
  readonly of: Distribution;
  /** The thresholds in ascending order, on the entries' own scale. */
  readonly at: readonly NodeId[];
  /** The function that makes the entries of unconstrained numbers. */
  readonly transform: VectorTransform;
}

/** The latents that a variable is of; none of a function of others. */
export function latentsOf({ meaning }: Variable): readonly (Latent | FiniteLatent)[] {
  if (meaning.kind === "function") return [];
  return meaning.kind === "passed" ? meaning.vector.latents : [meaning.latent];
}

/** The names of the latents that variables are of, those of functions by what they are functions of. */
export function namesOf(variables: readonly Variable[], some: readonly number[]): string[] {
  const all = new Set(some);
  // A set goes on to what is added while it is walked.
  for (const v of all) {
    const { meaning } = variables[v]!;
    if (meaning.kind === "function") for (const w of meaning.of) all.add(w);
  }
  return [...new Set([...all].sort((p, q) => p - q).flatMap((v) => latentsOf(variables[v]!).map(({ name }) => name)))];
}

/** Whether the latents that it is of are continuous. */
export function isContinuous({ meaning }: Variable): boolean {
  return meaning.kind === "cells" || meaning.kind === "passed";
}

/** The index of the variable that a node reads, by that node. */
export type Owners = ReadonlyMap<NodeId, number>;

export function ownersOf(variables: readonly Variable[]): Map<NodeId, number> {
  return new Map(variables.flatMap(({ reads }, v) => reads.map((read) => [read, v] as const)));
}
