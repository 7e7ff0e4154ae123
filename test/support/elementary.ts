/** The elementary functions: what they compute, how exactly, and where their values are known. */
import { readFileSync } from "node:fs";
import { exp, expm1, log, log1p } from "../../src/math/elementary.ts";
import { sigmoid, softplus, tanh } from "../../src/math/logistic.ts";
import { pow } from "../../src/math/power.ts";
import { atan, cos, sin, tan } from "../../src/math/trigonometric.ts";

export type Elementary = (x: number, y: number) => number;
export interface Row {
  readonly f: Elementary;
  /** The error that the doc comment states as measured, in units of the last place. */
  readonly bound: number;
  /** Exact values, signs of zeros included. */
  readonly values: readonly (readonly [x: number, value: number])[];
}

// biome-ignore format: a table, columns lined up
export const ROWS: Readonly<Record<string, Row>> = {
  exp:   { f: exp,   bound: 0.77, values: [[0, 1], [-0, 1], [-746, 0], [-1e300, 0], [-Infinity, 0], [710, Infinity], [Infinity, Infinity], [NaN, NaN], [-745.13, 5e-324]] },
  expm1: { f: expm1, bound: 0.87, values: [[0, 0], [-0, -0], [5e-324, 5e-324], [-5e-324, -5e-324], [-40, -1], [-1e300, -1], [-Infinity, -1], [710, Infinity], [Infinity, Infinity], [NaN, NaN]] },
  log:   { f: log,   bound: 0.83, values: [[1, 0], [0, -Infinity], [-0, -Infinity], [-5e-324, NaN], [-1, NaN], [-Infinity, NaN], [Infinity, Infinity], [NaN, NaN]] },
  log1p: { f: log1p, bound: 0.85, values: [[0, 0], [-0, -0], [5e-324, 5e-324], [-5e-324, -5e-324], [-1, -Infinity], [-1.5, NaN], [-Infinity, NaN], [Infinity, Infinity], [NaN, NaN]] },
  sigmoid:  { f: sigmoid,  bound: 0.79, values: [[0, 0.5], [-0, 0.5], [800, 1], [Infinity, 1], [-800, 0], [-Infinity, 0], [NaN, NaN]] },
  softplus: { f: softplus, bound: 0.89, values: [[0, Math.LN2], [-0, Math.LN2], [800, 800], [Infinity, Infinity], [-800, 0], [-Infinity, 0], [NaN, NaN]] },
  tanh:     { f: tanh,     bound: 0.76, values: [[0, 0], [-0, -0], [5e-324, 5e-324], [-5e-324, -5e-324], [30, 1], [-30, -1], [Infinity, 1], [-Infinity, -1], [NaN, NaN]] },
  sin:      { f: sin,      bound: 0.73, values: [[0, 0], [-0, -0], [5e-324, 5e-324], [-5e-324, -5e-324], [Infinity, NaN], [-Infinity, NaN], [NaN, NaN]] },
  cos:      { f: cos,      bound: 0.73, values: [[0, 1], [-0, 1], [5e-324, 1], [-1e-9, 1], [Infinity, NaN], [-Infinity, NaN], [NaN, NaN]] },
  tan:      { f: tan,      bound: 0.88, values: [[0, 0], [-0, -0], [5e-324, 5e-324], [-5e-324, -5e-324], [Infinity, NaN], [-Infinity, NaN], [NaN, NaN]] },
  atan:     { f: atan,     bound: 0.80, values: [[0, 0], [-0, -0], [5e-324, 5e-324], [-5e-324, -5e-324], [Infinity, Math.PI / 2], [-Infinity, -Math.PI / 2], [NaN, NaN]] },
  pow:      { f: pow,      bound: 0.78, values: [] },
};

export type Reference = readonly number[]; // argument, …, value, rest
/** References in 60 digits, by function. */
export const FIXTURE = JSON.parse(
  readFileSync(new URL("../fixtures/elementary.json", import.meta.url), "utf8"),
) as Readonly<Record<string, readonly Reference[]>>;
