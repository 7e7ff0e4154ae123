/** The functions of `nondiff` as plain programs see them: a traced number has type `number` there, and a condition type `boolean`. */

import type * as T from "../autodiff/expr.ts";
import * as C from "../autodiff/expr.ts";
import * as M from "../autodiff/matrices.ts";
import * as F from "../program/flags.ts";
import * as P from "../program/pick.ts";
import * as R from "../program/rounding.ts";

/** The type of a value, with `number` for a traced number and `boolean` for a condition. */
export type Plain<V> = [V] extends [T.Real]
  ? number
  : [V] extends [T.Truth]
    ? boolean
    : V extends readonly (infer E)[]
      ? Plain<E>[]
      : V;

/** The type of a function of such values. */
export type PlainFunction<F> = F extends (...values: infer A extends readonly unknown[]) => infer R
  ? (...values: { [I in keyof A]: Plain<A[I]> }) => Plain<R>
  : never;

const plain = <F>(f: F): PlainFunction<F> => f as unknown as PlainFunction<F>;

export const abs: PlainFunction<typeof C.abs> = /* @__PURE__ */ plain(C.abs);
export const add: PlainFunction<typeof C.add> = /* @__PURE__ */ plain(C.add);
export const and: PlainFunction<typeof F.and> = /* @__PURE__ */ plain(F.and);
export const clamp: PlainFunction<typeof C.clamp> = /* @__PURE__ */ plain(C.clamp);
export const cos: PlainFunction<typeof C.cos> = /* @__PURE__ */ plain(C.cos);
export const digamma: PlainFunction<typeof C.digamma> = /* @__PURE__ */ plain(C.digamma);
export const div: PlainFunction<typeof C.div> = /* @__PURE__ */ plain(C.div);
export const dot: PlainFunction<typeof C.dot> = /* @__PURE__ */ plain(C.dot);
export const atan: PlainFunction<typeof C.atan> = /* @__PURE__ */ plain(C.atan);
export const erf: PlainFunction<typeof C.erf> = /* @__PURE__ */ plain(C.erf);
export const exp: PlainFunction<typeof C.exp> = /* @__PURE__ */ plain(C.exp);
export const expm1: PlainFunction<typeof C.expm1> = /* @__PURE__ */ plain(C.expm1);
export const ge: PlainFunction<typeof C.ge> = /* @__PURE__ */ plain(C.ge);
export const gt: PlainFunction<typeof C.gt> = /* @__PURE__ */ plain(C.gt);
export const le: PlainFunction<typeof C.le> = /* @__PURE__ */ plain(C.le);
export const lgamma: PlainFunction<typeof C.lgamma> = /* @__PURE__ */ plain(C.lgamma);
export const log: PlainFunction<typeof C.log> = /* @__PURE__ */ plain(C.log);
export const log1p: PlainFunction<typeof C.log1p> = /* @__PURE__ */ plain(C.log1p);
export const logNormalCdf: PlainFunction<typeof C.logNormalCdf> = /* @__PURE__ */ plain(C.logNormalCdf);
export const logSumExp: PlainFunction<typeof C.logSumExp> = /* @__PURE__ */ plain(C.logSumExp);
export const lt: PlainFunction<typeof C.lt> = /* @__PURE__ */ plain(C.lt);
export const max: PlainFunction<typeof C.max> = /* @__PURE__ */ plain(C.max);
export const min: PlainFunction<typeof C.min> = /* @__PURE__ */ plain(C.min);
export const mul: PlainFunction<typeof C.mul> = /* @__PURE__ */ plain(C.mul);
export const neg: PlainFunction<typeof C.neg> = /* @__PURE__ */ plain(C.neg);
export const normalCdf: PlainFunction<typeof C.normalCdf> = /* @__PURE__ */ plain(C.normalCdf);
export const not: PlainFunction<typeof F.not> = /* @__PURE__ */ plain(F.not);
export const or: PlainFunction<typeof F.or> = /* @__PURE__ */ plain(F.or);
export const pow: PlainFunction<typeof C.pow> = /* @__PURE__ */ plain(C.pow);
export const relu: PlainFunction<typeof C.relu> = /* @__PURE__ */ plain(C.relu);
export const sigmoid: PlainFunction<typeof C.sigmoid> = /* @__PURE__ */ plain(C.sigmoid);
export const sin: PlainFunction<typeof C.sin> = /* @__PURE__ */ plain(C.sin);
export const softplus: PlainFunction<typeof C.softplus> = /* @__PURE__ */ plain(C.softplus);
export const sqrt: PlainFunction<typeof C.sqrt> = /* @__PURE__ */ plain(C.sqrt);
export const square: PlainFunction<typeof C.square> = /* @__PURE__ */ plain(C.square);
export const sub: PlainFunction<typeof C.sub> = /* @__PURE__ */ plain(C.sub);
export const sum: PlainFunction<typeof C.sum> = /* @__PURE__ */ plain(C.sum);
export const tan: PlainFunction<typeof C.tan> = /* @__PURE__ */ plain(C.tan);
export const tanh: PlainFunction<typeof C.tanh> = /* @__PURE__ */ plain(C.tanh);
export const where: PlainFunction<typeof F.where> = /* @__PURE__ */ plain(F.where);
export const addDiagonal: PlainFunction<typeof M.addDiagonal> = /* @__PURE__ */ plain(M.addDiagonal);
export const cholesky: PlainFunction<typeof M.cholesky> = /* @__PURE__ */ plain(M.cholesky);
export const logDet: PlainFunction<typeof M.logDet> = /* @__PURE__ */ plain(M.logDet);
export const matmul: PlainFunction<typeof M.matmul> = /* @__PURE__ */ plain(M.matmul);
export const solve: PlainFunction<typeof M.solve> = /* @__PURE__ */ plain(M.solve);
export const solveLower: PlainFunction<typeof M.solveLower> = /* @__PURE__ */ plain(M.solveLower);
export const eq: PlainFunction<typeof P.eq> = /* @__PURE__ */ plain(P.eq);
export const ceil: PlainFunction<typeof R.ceil> = /* @__PURE__ */ plain(R.ceil);
export const floor: PlainFunction<typeof R.floor> = /* @__PURE__ */ plain(R.floor);
export const round: PlainFunction<typeof R.round> = /* @__PURE__ */ plain(R.round);
export const sign: PlainFunction<typeof R.sign> = /* @__PURE__ */ plain(R.sign);
export const step: PlainFunction<typeof R.step> = /* @__PURE__ */ plain(R.step);
/** The entry of an array, or of the rows of a matrix, whose index is a latent `k`. */
export const pick: ((entries: readonly number[] | T.NumberArray, k: number) => number) &
  ((entries: readonly (readonly number[] | T.NumberArray)[], k: number) => number[]) = P.pick as never;
