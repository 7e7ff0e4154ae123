/** The functions of `nondiff` as plain programs see them: a traced number has type `number` there, and a condition type `boolean`. */
import * as T from "../autodiff/expr.ts";
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

export const abs: PlainFunction<typeof T.abs> = /* @__PURE__ */ plain(T.abs);
export const add: PlainFunction<typeof T.add> = /* @__PURE__ */ plain(T.add);
export const and: PlainFunction<typeof F.and> = /* @__PURE__ */ plain(F.and);
export const clamp: PlainFunction<typeof T.clamp> = /* @__PURE__ */ plain(T.clamp);
export const cos: PlainFunction<typeof T.cos> = /* @__PURE__ */ plain(T.cos);
export const digamma: PlainFunction<typeof T.digamma> = /* @__PURE__ */ plain(T.digamma);
export const div: PlainFunction<typeof T.div> = /* @__PURE__ */ plain(T.div);
export const dot: PlainFunction<typeof T.dot> = /* @__PURE__ */ plain(T.dot);
export const atan: PlainFunction<typeof T.atan> = /* @__PURE__ */ plain(T.atan);
export const erf: PlainFunction<typeof T.erf> = /* @__PURE__ */ plain(T.erf);
export const exp: PlainFunction<typeof T.exp> = /* @__PURE__ */ plain(T.exp);
export const expm1: PlainFunction<typeof T.expm1> = /* @__PURE__ */ plain(T.expm1);
export const ge: PlainFunction<typeof T.ge> = /* @__PURE__ */ plain(T.ge);
export const gt: PlainFunction<typeof T.gt> = /* @__PURE__ */ plain(T.gt);
export const le: PlainFunction<typeof T.le> = /* @__PURE__ */ plain(T.le);
export const lgamma: PlainFunction<typeof T.lgamma> = /* @__PURE__ */ plain(T.lgamma);
export const log: PlainFunction<typeof T.log> = /* @__PURE__ */ plain(T.log);
export const log1p: PlainFunction<typeof T.log1p> = /* @__PURE__ */ plain(T.log1p);
export const logNormalCdf: PlainFunction<typeof T.logNormalCdf> = /* @__PURE__ */ plain(T.logNormalCdf);
export const logSumExp: PlainFunction<typeof T.logSumExp> = /* @__PURE__ */ plain(T.logSumExp);
export const lt: PlainFunction<typeof T.lt> = /* @__PURE__ */ plain(T.lt);
export const max: PlainFunction<typeof T.max> = /* @__PURE__ */ plain(T.max);
export const min: PlainFunction<typeof T.min> = /* @__PURE__ */ plain(T.min);
export const mul: PlainFunction<typeof T.mul> = /* @__PURE__ */ plain(T.mul);
export const neg: PlainFunction<typeof T.neg> = /* @__PURE__ */ plain(T.neg);
export const normalCdf: PlainFunction<typeof T.normalCdf> = /* @__PURE__ */ plain(T.normalCdf);
export const not: PlainFunction<typeof F.not> = /* @__PURE__ */ plain(F.not);
export const or: PlainFunction<typeof F.or> = /* @__PURE__ */ plain(F.or);
export const pow: PlainFunction<typeof T.pow> = /* @__PURE__ */ plain(T.pow);
export const relu: PlainFunction<typeof T.relu> = /* @__PURE__ */ plain(T.relu);
export const sigmoid: PlainFunction<typeof T.sigmoid> = /* @__PURE__ */ plain(T.sigmoid);
export const sin: PlainFunction<typeof T.sin> = /* @__PURE__ */ plain(T.sin);
export const softplus: PlainFunction<typeof T.softplus> = /* @__PURE__ */ plain(T.softplus);
export const sqrt: PlainFunction<typeof T.sqrt> = /* @__PURE__ */ plain(T.sqrt);
export const square: PlainFunction<typeof T.square> = /* @__PURE__ */ plain(T.square);
export const sub: PlainFunction<typeof T.sub> = /* @__PURE__ */ plain(T.sub);
export const sum: PlainFunction<typeof T.sum> = /* @__PURE__ */ plain(T.sum);
export const tan: PlainFunction<typeof T.tan> = /* @__PURE__ */ plain(T.tan);
export const tanh: PlainFunction<typeof T.tanh> = /* @__PURE__ */ plain(T.tanh);
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
