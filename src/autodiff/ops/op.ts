/**
 * An op has a name, builders of nodes in which its rules are written, and a row that says everything about it. The
 * rows are in `basic-ops.ts`, `elementary-ops.ts` and `special-ops.ts`.
 */
/** Index of a node in its graph. */
export type NodeId = number;

type BasicUnaryOp =
  | "neg"
  | "exp"
  | "log"
  | "sqrt"
  | "square"
  | "abs"
  | "sign"
  | "sigmoid"
  | "softplus"
  | "positive"
  | "not";
type BasicBinaryOp = "add" | "sub" | "mul" | "div" | "chain" | "equal" | "and" | "or";
type TernaryOp = "where";
/** Ops that every graph knows. */
export type BasicOp = BasicUnaryOp | BasicBinaryOp | TernaryOp;
type ElementaryBinaryOp = "pow" | "min" | "max";
/** Ops whose rows a graph is given where they are used (`elementary-ops.ts`), so that a bundle without them is small. */
export type ElementaryOp = ElementaryBinaryOp | "log1p" | "expm1" | "sin" | "cos" | "tan" | "tanh";
/** The same for special functions (`special-ops.ts`). */
export type SpecialOp =
  | "peak"
  | "floor"
  | "atan"
  | "lgamma"
  | "digamma"
  | "trigamma"
  | "erf"
  | "normalCdf"
  | "logNormalCdf"
  | "normalHazard"
  | "normalQuantileOfSurprisal";
export type BinaryOp = BasicBinaryOp | ElementaryBinaryOp | "peak";
export type UnaryOp = BasicUnaryOp | Exclude<ElementaryOp | SpecialOp, BinaryOp>;
export type OpName = BasicOp | ElementaryOp | SpecialOp;

/** Builders of nodes, one per op: what a graph offers and what derivative rules are written in. */
export type Algebra = { constant(value: number): NodeId } & { readonly [K in UnaryOp]: (x: NodeId) => NodeId } & {
  readonly [K in BinaryOp]: (x: NodeId, y: NodeId) => NodeId;
} & { readonly [K in TernaryOp]: (p: NodeId, x: NodeId, y: NodeId) => NodeId };

/**
 * ∂r/∂(one operand) as a node. `none` marks operands through which nothing is differentiated: masks; and all operands of an op that is
 * no constant, but subtracted in one place and added in another, so that what is made of it does not depend on it.
 */
export type PartialRule = (A: Algebra, r: NodeId, x: NodeId, y: NodeId) => NodeId;
/**
 * What a rule of an op sees of the graph: op code and operands of each node, constants, and builders. `Graph` is one; rules are
 * written against this view so that the rows know nothing of how a graph is kept.
 */
export interface GraphView {
  readonly op: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly c: Int32Array;
  readonly flags: Uint8Array;
  /** How many nodes, the first ones, are known to be numbers everywhere or not. */
  judged: number;
  readonly ops: { readonly rows: readonly (OpRow | undefined)[] };
  readonly algebra: Algebra;
  /** Whether a unary function is moved into the arms of a `where` when that creates no node. */
  readonly pushIntoWhere: boolean;
  isConstant(node: NodeId): boolean;
  value(node: NodeId): number;
  is(node: NodeId, value: number): boolean;
  hasFlag(node: NodeId, flag: number): boolean;
  constant(value: number): NodeId;
  apply(code: number, x: NodeId, y?: NodeId, z?: NodeId, make?: boolean): NodeId;
}
/** The node that an op simplifies to, −1 if it does not. */
export type Simplification = (g: GraphView, x: NodeId, y: NodeId, z: NodeId) => NodeId;
/** A sum that readers know by a name: logSumExp of its operands. */
export interface NamedSum {
  readonly name: string;
  readonly operands: readonly NodeId[];
}
export type Range = readonly [low: number, high: number];

export interface OpRow {
  readonly primal: (x: number, y: number, z: number) => number;
  readonly partials: readonly (PartialRule | "none")[];
  readonly domain: readonly Range[];
  readonly kink?: (x: number, y: number) => boolean;
  readonly kinds?: string;
  readonly commutes?: boolean;
  /** For ops that have no rule in `simplify.ts`, which has those of the basic ones. */
  readonly simplify?: Simplification;
  /** What the sum of a node of this op and another one is called, if it has a name. */
  readonly sumWith?: (g: GraphView, node: NodeId, other: NodeId) => NamedSum | undefined;
}
