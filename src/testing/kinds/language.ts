/**
 * Programs as data, so that they can be drawn, made smaller, printed and kept: JSON of two sorts.
 *
 * A term is a number, a name, or a list that begins with a function of `nondiff`: ["gt", ["mul", "x", "y"], 0.5] is gt(mul(x, y), 0.5), and
 * ["normal", 0, 1] is normal(0, 1). Three words are not functions: ["list", 0.2, 0.8] is the array [0.2, 0.8], ["at", "w", 0] is w[0], and
 * ["within", -5, 5] is the range { from: -5, to: 5 } of `round`, `floor` and `ceil`.
 *
 * A statement samples, observes, names a term or branches:
 *
 *     [
 *       ["sample", "x", ["normal", 0, 1]],
 *       ["observe", ["normal", ["where", ["gt", "x", 0.4], 2, -1], 1], 0.8],
 *     ]
 */

export type Term = number | string | readonly [string, ...Term[]];

export type Statement =
  | readonly [word: "sample" | "frozen", name: string, prior: Term]
  | readonly [word: "observe", distribution: Term, value: number]
  | readonly [word: "factor", name: string, logDensity: Term]
  | readonly [word: "let", name: string, term: Term]
  /** What the arms return goes by `name`. */
  | readonly [
      word: "branch",
      test: Term,
      yes: readonly Statement[],
      no: readonly Statement[],
      returned?: readonly [name: string, yes: Term, no: Term],
    ];

type Builder = (...operands: Term[]) => Term;
const builder =
  (word: string): Builder =>
  (...operands) => [word, ...operands];

export const abs: Builder = builder("abs");
export const add: Builder = builder("add");
export const and: Builder = builder("and");
export const at: Builder = builder("at");
export const ceil: Builder = builder("ceil");
export const clamp: Builder = builder("clamp");
export const cos: Builder = builder("cos");
export const div: Builder = builder("div");
export const exp: Builder = builder("exp");
export const floor: Builder = builder("floor");
export const ge: Builder = builder("ge");
export const gt: Builder = builder("gt");
export const le: Builder = builder("le");
export const list: Builder = builder("list");
export const log: Builder = builder("log");
export const logSumExp = (...operands: Term[]): Term => ["logSumExp", list(...operands)];
export const lt: Builder = builder("lt");
export const max: Builder = builder("max");
export const min: Builder = builder("min");
export const mul: Builder = builder("mul");
export const normal: Builder = builder("normal");
export const not: Builder = builder("not");
export const or: Builder = builder("or");
export const pow: Builder = builder("pow");
export const relu: Builder = builder("relu");
export const round: Builder = builder("round");
export const sign: Builder = builder("sign");
export const sin: Builder = builder("sin");
export const sqrt: Builder = builder("sqrt");
export const square: Builder = builder("square");
export const step: Builder = builder("step");
export const sub: Builder = builder("sub");
export const sum = (...operands: Term[]): Term => ["sum", list(...operands)];
export const tanh: Builder = builder("tanh");
export const where: Builder = builder("where");
export const within: Builder = builder("within");

export const sample = (name: string, prior: Term = normal(0, 1)): Statement => ["sample", name, prior];
export const frozen = (name: string, prior: Term = normal(0, 1)): Statement => ["frozen", name, prior];
export const observe = (distribution: Term, value: number): Statement => ["observe", distribution, value];
