/** A posterior of posteriordb (github.com/stan-dev/posteriordb): its program for nondiff, and a plain evaluation that shares no code with it. */
import type { ProgramContext } from "../../src/index.ts";

/** The fields of a data file by their kind. */
export interface Data {
  readonly number: (name: string) => number;
  readonly numbers: (name: string) => number[];
  readonly rows: (name: string) => number[][];
}

export interface Row {
  readonly name: string;
  /** The file of its data. */
  readonly file: string;
  readonly program: (data: Data) => (context: ProgramContext) => void;
  /** log p and log-Jacobian at unconstrained numbers, in the order of the model's latents. */
  readonly plain: (data: Data) => (u: readonly number[]) => number;
  /** Around which unconstrained numbers to look, and how far (default 0.5). */
  readonly centre: readonly number[];
  readonly reach?: number;
}

/** "kidiq-kidscore_momiq": the name of its reference, data and model. */
export const referenceOf = ({ file, name }: Row): string => `${file}-${name}`;
