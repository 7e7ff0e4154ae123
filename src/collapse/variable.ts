/**
 * Finite variables: what collapse makes of a latent that is discrete or reaches the model only through conditions. Of z under z > 1 and
 * z > 2 three cells matter, z ≤ 1, 1 < z ≤ 2 and z > 2: a variable of size 3, whose value is the index of the cell.
 */
import type { NodeId } from "../autodiff/ops/op.ts";
import type { FiniteLatent, Latent } from "../program/trace.ts";

export interface Variable {
  /** The latent's. */
  readonly name: string;
  /** How many values it has: 0 … size − 1. */
  readonly size: number;
  /** The nodes through which the program reads it: conditions on the latent, or the input of a discrete one. */
  readonly reads: readonly NodeId[];
  /** What one of these nodes is at a value. */
  readonly readAt: (read: NodeId, value: number) => NodeId;
  /** The first value of every run of values at which none of the given reads changes: [0, 2] if one changes from 1 to 2. */
  readonly runs: (reads: readonly NodeId[]) => readonly number[];
  /** Log prior probability of each value, as a function of kept latents and of reads of other variables. */
  readonly logMasses: readonly NodeId[];
  /** The mask under which the latent exists. */
  readonly live: NodeId;
  readonly meaning: Meaning;
}

/** What the values of a variable are. */
export type Meaning =
  /** Intervals of a continuous latent on its own scale, one for each value. */
  | {
      readonly kind: "cells";
      readonly latent: Latent;
      readonly ends: readonly (readonly [low: NodeId, high: NodeId])[];
    }
  /** Those of a discrete latent. */
  | { readonly kind: "values"; readonly latent: FiniteLatent };

/** By read the index of its variable. */
export type Owners = ReadonlyMap<NodeId, number>;

export function ownersOf(variables: readonly Variable[]): Owners {
  return new Map(variables.flatMap(({ reads }, v) => reads.map((read) => [read, v] as const)));
}
