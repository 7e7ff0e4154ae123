import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MASK, Graph as PlainGraph } from "../../../src/autodiff/graph/graph.ts";
import {
  compileTape,
  Expr,
  Graph,
  gradient,
  lgamma,
  type NodeId,
  OPS,
  type OpName,
  type OpRow,
  runLanes,
  runUniform,
} from "../../../src/autodiff/index.ts";
import { ALL_OPS, ELEMENTARY } from "../../../src/autodiff/ops/all-ops.ts";
import { BASIC_OPS } from "../../../src/autodiff/ops/basic-ops.ts";
import { CODE, OP_NAMES } from "../../../src/autodiff/ops/codes.ts";
import { ELEMENTARY_OPS } from "../../../src/autodiff/ops/elementary-ops.ts";
import type { Kernel } from "../../../src/autodiff/ops/kernels.generated.ts";
import type { PartialRule } from "../../../src/autodiff/ops/op.ts";
import { BASIC } from "../../../src/autodiff/ops/op-table.ts";
import { noRule, SPECIAL_OPS } from "../../../src/autodiff/ops/special-ops.ts";
import { Session } from "../../../src/autodiff/session.ts";
import { FUSED_OPS, INSTRUCTIONS } from "../../../src/autodiff/tape/instruction-table.ts";
import {
  type FusedOp,
  type InstructionRow,
  type Kind,
  kindAt,
  permits,
  variantsOf,
} from "../../../src/autodiff/tape/instructions.ts";
import { evaluatorOf } from "../../support/evaluate.ts";
import { KERNELS } from "../../support/tape-program.ts";

const EPSILON = Number.EPSILON;
const DRAWS = 40;

const kindsOf = (row: { readonly kinds?: string; readonly primal: { readonly length: number } }): string =>
  row.kinds ?? `${"r".repeat(row.primal.length)}>r`;

/** Operands drawn uniformly from the row's domain; masks are one of the two ends. */
function operandsOf(row: OpRow): fc.Arbitrary<number[]> {
  const kinds = kindsOf(row);
  return fc.tuple(
    ...row.domain.map(([low, high], j) =>
      kinds[j] === "m"
        ? fc.constantFrom(low, high)
        : fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((k) => low + ((high - low) * (k + 0.5)) / 2 ** 31),
    ),
  );
}

const isRule = (rule: PartialRule | "none" | undefined): boolean => typeof rule === "function" && rule !== noRule;

const apply = (row: OpRow, [x = 0, y = 0, z = 0]: readonly number[]): number => row.primal(x, y, z);

/** The row's own partial derivative for operand j, computed by a tape. */
function partialOf(name: OpName, row: OpRow, j: number): (operands: readonly number[]) => number {
  const graph = new Graph();
  const rule = row.partials[j] as PartialRule;
  const kinds = kindsOf(row);
  const inputs = row.domain.map((_, k) => graph.input(`x${k}`, false));
  const [x, y = -1, z = -1] = inputs.map((node, k) => (kinds[k] === "m" ? graph.algebra.positive(node) : node));
  const result = graph.apply(CODE[name], x!, y, z);
  const valueAt = evaluatorOf(graph, [rule(graph.algebra, result, x!, y)]);
  return (operands) => valueAt(inputs.map((_, k) => (kinds[k] === "m" ? -operands[k]! : operands[k]!)))[0]!;
}

/**
 * ∂/∂x_j by the five-point central difference with a step near cbrt(ε)·|x|, and what rounding may have done to it.
 *
 * The step is a power of two, so the abscissae are exact within a binade. Truncation is h⁴f⁽⁵⁾/30 ≈ 1e-21·x⁴·f⁽⁵⁾.
 * Values are off by at most 10 ε·|f| (the special functions state 2e-15 = 9 ε), and enter with weights of 18/12 in all;
 * an abscissa that crosses a binade is off by ε·|x|/2 each.
 */
function difference(row: OpRow, operands: readonly number[], j: number): [slope: number, rounding: number] {
  const x = operands[j]!;
  const h = 2 ** Math.floor(Math.log2(Math.cbrt(EPSILON) * Math.abs(x)));
  const at = (k: number): number => apply(row, operands.with(j, x + k * h));
  const values = [at(-2), at(-1), at(1), at(2)] as const;
  const slope = (8 * (values[2] - values[1]) - (values[3] - values[0])) / (12 * h);
  const largest = Math.max(...values.map(Math.abs));
  return [slope, (1.5 * (10 * largest + Math.abs(slope * x)) * EPSILON) / h];
}

/** The first disagreement of a row's partials with differences over random operands; undefined if there is none. */
function rowFault(name: OpName, row: OpRow, only?: number): string | undefined {
  const points = fc.sample(operandsOf(row), { seed: 20181206, numRuns: DRAWS });
  for (let j = 0; j < row.partials.length; j++) {
    if (!isRule(row.partials[j]) || (only !== undefined && only !== j)) continue;
    const partial = partialOf(name, row, j);
    for (const point of points) {
      if (row.kink?.(point[0]!, point[1]!)) continue;
      const [slope, rounding] = difference(row, point, j);
      const got = partial(point);
      if (!(Math.abs(got - slope) <= 1e-6 * Math.abs(slope) + rounding))
        return `${name}: partial ${j} at ${point} is ${got}, difference ${slope} ± ${rounding}`;
    }
  }
  return undefined;
}

/** A row whose partial j is off by 1e-4: relatively, and absolutely where it is 0. */
function mutated(row: OpRow, j: number): OpRow {
  const rule = row.partials[j] as PartialRule;
  const off: PartialRule = (A, r, x, y) => {
    const value = rule(A, r, x, y);
    return A.where(A.equal(value, A.constant(0)), A.constant(1e-4), A.mul(A.constant(1.0001), value));
  };
  return { ...row, partials: row.partials.with(j, off) };
}

const DIFFERENTIABLE = OP_NAMES.flatMap((name) =>
  OPS[name].partials.flatMap((rule, j) => (isRule(rule) ? [[name, j] as const] : [])),
);

/** Ops through which nothing is differentiated although they vary, as what is made of them does not. */
const HELD: readonly OpName[] = ["peak"];

describe("op table: derivatives", () => {
  test.each(OP_NAMES)("the partials of %s agree with central differences", (name) => {
    expect(rowFault(name, OPS[name])).toBeUndefined();
  });

  test.each(DIFFERENTIABLE)("the same check rejects %s with partial %i off by 1e-4", (name, j) => {
    expect(rowFault(name, mutated(OPS[name], j), j)).toMatch(`${name}: partial ${j}`);
  });

  test("every row has one partial and one range per operand, and names the kind of each", () => {
    for (const name of OP_NAMES) {
      const row = OPS[name];
      expect(row.partials.length, name).toBe(row.primal.length);
      expect(row.domain.length, name).toBe(row.primal.length);
      const [operands, result] = kindsOf(row).split(">");
      expect(operands, name).toMatch(new RegExp(`^[rm]{${row.primal.length}}$`));
      expect(result, name).toMatch(/^[rm]$/);
      row.partials.forEach((rule, j) => {
        if (rule === "none" && !HELD.includes(name)) expect(operands![j] === "m" || result === "m", name).toBe(true);
      });
    }
  });

  test("an op without a rule throws with its name, it does not contribute 0", () => {
    const graph = new Graph();
    const x = graph.input("x", false);
    const undefinedRules = OP_NAMES.filter((name) => OPS[name].partials.includes(noRule));
    expect(undefinedRules).toEqual(["trigamma"]);
    expect(() => gradient(graph, graph.algebra.trigamma(x), [x])).toThrow(
      'gradient: op "trigamma" has no derivative rule; got it on the path to an input',
    );
    expect(() => gradient(graph, graph.algebra.trigamma(graph.constant(2)), [x])).not.toThrow();
  });

  test("at a kink the derivative is that of the convention, whichever operand is older", () => {
    for (const swap of [false, true])
      for (const name of ["min", "max"] as const) {
        const graph = new Graph();
        const nodes = [graph.input("x0", false), graph.input("x1", false)];
        const [x, y] = (swap ? nodes.reverse() : nodes) as [NodeId, NodeId];
        const slopesAt = evaluatorOf(graph, gradient(graph, graph.algebra[name](x, y), [x, y]));
        expect(slopesAt([0, 0])).toEqual([0, 1]);
      }
  });

  test("commutative rows commute bit for bit", () => {
    const commuting = OP_NAMES.filter((name) => OPS[name].commutes);
    expect(commuting).toContain("add");
    const wrong: string[] = [];
    for (const name of commuting)
      for (const x of EDGES)
        for (const y of EDGES) {
          if (kindsOf(OPS[name]).startsWith("m") && !(isMask(x) && isMask(y))) continue;
          if (!Object.is(OPS[name].primal(x, y, 0), OPS[name].primal(y, x, 0))) wrong.push(`${name}(${x}, ${y})`);
        }
    expect(wrong).toEqual([]);
  });
});

const EDGES = [0, -0, 1, -1, 0.3, -2.7, 1e-300, 5e-324, 1e300, -1e300, 800, -800, Infinity, -Infinity, NaN];
const isMask = (x: number): boolean => Object.is(x, 0) || x === -1;

const ROWS = Object.values(INSTRUCTIONS);
const KERNEL_ROWS = ROWS.flatMap(({ effect, ...row }) => (effect.does === "op" ? [{ ...row, effect }] : []));
const SUM_ROWS = ROWS.flatMap(({ effect, ...row }) => (effect.does === "addTerms" ? [{ ...row, effect }] : []));
const FUSED = (Object.keys(FUSED_OPS) as FusedOp[]).map((name) => ({ name, ...FUSED_OPS[name] }));

const operandValues = (kind: Kind, lanes: number): fc.Arbitrary<number[]> => {
  const value =
    kind === "mask"
      ? fc.constantFrom(-1, 0)
      : fc.oneof(fc.constantFrom(...EDGES), fc.double({ min: -40, max: 40, noNaN: true }));
  return fc.array(value, { minLength: lanes, maxLength: lanes });
};

/** Runs one kernel on `columns` (one number where the operand is uniform, of step 0), the result in place of operand `into`. */
function runKernel(
  kernel: Kernel,
  row: InstructionRow,
  columns: readonly (readonly number[])[],
  n: number,
  into: number,
): number[] {
  const reals = new Float64Array(128).fill(Number.NaN);
  const masks = new Int32Array(128).fill(7);
  const offsets: number[] = [];
  let free = 2;
  columns.forEach((column, j) => {
    offsets[j] = free;
    (kindAt(row, j) === "mask" ? masks : reals).set(column, free);
    free += column.length + 1;
  });
  const out = into < 0 ? free : offsets[into]!;
  kernel(reals, masks, n, Int32Array.of(99, out, ...offsets, ...columns.map((column) => Number(column.length > 1))), 1);
  return Array.from((row.makes === "mask" ? masks : reals).subarray(out, out + n));
}

describe("lane kernels", () => {
  const LANES = 5;

  test.each(KERNEL_ROWS)("every variant of $name gives the bits of its primal", (row) => {
    const { reads, makes, effect } = row;
    const primal = (values: readonly number[]): number => {
      const value = effect.formula(...values);
      return makes === "mask" ? value | 0 : value;
    };
    fc.assert(
      fc.property(fc.tuple(...reads.map(({ kind }) => operandValues(kind, LANES))), (lanes) => {
        for (let variant = 1; variant < 1 << reads.length; variant++) {
          const kernels = [KERNELS[row.name]![variant - 1], BASIC.kernels[row.name]?.[0]].filter((kernel) => kernel);
          const isLane = (j: number): boolean => ((variant >> j) & 1) === 1;
          const columns = lanes.map((column, j) => (isLane(j) ? column : column.slice(0, 1)));
          const expected = lanes[0]!.map((_, i) => primal(lanes.map((column, j) => column[isLane(j) ? i : 0]!)));
          // A dead operand's slot is reused for the result, so every kernel must work in place.
          for (let into = -1; into < reads.length; into++) {
            if (into >= 0 && (!isLane(into) || reads[into]!.kind !== makes)) continue;
            for (const kernel of kernels)
              expect(runKernel(kernel!, row, columns, LANES, into), `variant ${variant} into ${into}`).toEqual(
                expected,
              );
          }
        }
        const single = lanes.map((column) => column.slice(0, 1));
        const last = KERNELS[row.name]!.at(-1)!;
        expect(runKernel(last, row, single, 1, -1)).toEqual([primal(single.map(([value]) => value!))]);
      }),
      { numRuns: 60 },
    );
  });

  test.each(SUM_ROWS)("the terms of $name are added in order", (row) => {
    const { count, width, formula } = row.effect;
    fc.assert(
      fc.property(fc.tuple(...row.reads.map(({ kind }) => operandValues(kind, LANES))), (drawn) => {
        variantsOf(row).forEach((lanes, variant) => {
          const kernel = KERNELS[row.name]![variant]!;
          const isLane = (j: number): boolean => lanes[j]!;
          const columns = drawn.map((column, j) => (isLane(j) ? column : column.slice(0, 1)));
          const expected = drawn[0]!.map((_, i) => {
            const at = (j: number): number => columns[j]![isLane(j) ? i : 0]!;
            let sum = at(0);
            for (let t = 0; t < count; t++) {
              sum += formula(...Array.from({ length: width }, (_, j) => at(1 + t * width + j)));
            }
            return sum;
          });
          for (let into = -1; into < columns.length; into++) {
            if (into >= 0 && (!isLane(into) || kindAt(row, into) !== "real")) continue;
            expect(runKernel(kernel, row, columns, LANES, into), `into ${into}`).toEqual(expected);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  test("there are no kernels besides the variants of the rows, and none missing", () => {
    for (const row of KERNEL_ROWS) {
      const kernels = KERNELS[row.name]!;
      expect(kernels).toHaveLength((1 << row.reads.length) - 1);
      kernels.forEach((kernel, index) => {
        const lanes = row.reads.map((_, j) => (((index + 1) >> j) & 1) === 1);
        expect(kernel !== undefined, `${row.name} ${index}`).toBe(permits(row, lanes));
      });
    }
    for (const row of ROWS)
      if (row.effect.does !== "op" && row.effect.does !== "gather")
        expect(KERNELS[row.name], row.name).toHaveLength(variantsOf(row).length);
    // Those of the core are one for each basic op, which steps.
    for (const name of Object.keys(BASIC_OPS)) expect(BASIC.kernels[name], name).toHaveLength(1);
    // Values are put side by side only in programs that a back end has rolled.
    const rolled = ROWS.filter(({ effect }) => effect.does === "gather").map(({ name }) => name);
    expect(new Set([...Object.keys(KERNELS), ...rolled])).toEqual(new Set(Object.keys(INSTRUCTIONS)));
  });
});

describe("fused ops", () => {
  test.each(FUSED)("$name is $outer after $inner, bit for bit", (row) => {
    const inner = OPS[row.inner];
    const outer = OPS[row.outer];
    const taken = inner.primal.length;
    const columns = row.reads.map(({ kind }) => operandValues(kind, 1).map(([value]) => value!));
    fc.assert(
      fc.property(fc.tuple(...columns), (values) => {
        const rest = values.slice(taken);
        const operands = rest.toSpliced(row.at, 0, apply(inner, values));
        expect(row.formula(...values)).toBe(apply(outer, operands));
      }),
    );
  });

  test.each(FUSED)("a tape that fuses $name computes the same bits as one that may not", (row) => {
    const graph = new Graph({ pushIntoWhere: false });
    const { reads } = row;
    const inputs = reads.map((_, j) => graph.input(`x${j}`, true));
    const operands = inputs.map((node, j) => (reads[j]!.kind === "mask" ? graph.algebra.positive(node) : node));
    const [a, b = -1, c = -1] = operands;
    // Operands of a commutative op are ordered by age: exp makes the other operand the younger one.
    const taken = OPS[row.inner].primal.length;
    const inner = graph.apply(CODE[row.inner], a!, b, taken > 2 ? c : -1);
    const last = operands[taken];
    const pair = last === undefined ? [inner] : row.at === 0 ? [inner, graph.algebra.exp(last)] : [last, inner];
    const node = graph.apply(CODE[row.outer], pair[0]!, pair[1] ?? -1);
    const result = graph.hasFlag(node, MASK) ? graph.algebra.where(node, graph.constant(1), graph.constant(2)) : node;
    const fused = compileTape(graph, [result], { lanes: 8, laneInputs: inputs });
    const plain = compileTape(graph, [result, inner], { lanes: 8, laneInputs: inputs });
    expect(plain.size.lane - fused.size.lane).toBe(1);
    fc.assert(
      fc.property(fc.tuple(...reads.map(({ kind }) => operandValues(kind, 8))), (columns) => {
        for (const tape of [fused, plain]) {
          columns.forEach((column, j) => {
            const signed = reads[j]!.kind === "mask" ? column.map((value) => -value) : column;
            tape.slots.set(signed, tape.noiseOffset + j * tape.stride);
          });
          runUniform(tape);
          runLanes(tape, 8);
        }
        const [left, right] = [fused, plain].map((tape) => {
          const { offset } = tape.outputs[0]!;
          return Array.from(tape.slots.subarray(offset, offset + 8));
        });
        expect(left).toEqual(right);
      }),
      { numRuns: 50 },
    );
  });
});

describe("ops that a graph is given where they are used", () => {
  const linked = OP_NAMES.filter((name) => !BASIC.rows[CODE[name]]);

  test("a plain graph refuses each by its code until it is linked; derivatives then need nothing further", () => {
    expect(linked.sort()).toEqual(Object.keys({ ...ELEMENTARY_OPS, ...SPECIAL_OPS }).sort());
    for (const name of linked) {
      const graph = new PlainGraph();
      const inputs = OPS[name].domain.map((_, j) => graph.input(`x${j}`, false));
      const make = (): NodeId => graph.apply(CODE[name], inputs[0]!, inputs[1]);
      expect(make, name).toThrow(`graph: op ${CODE[name]} is unknown here`);
      graph.link(ALL_OPS);
      const node = make();
      // That of floor is 0.
      if (name !== "trigamma" && name !== "floor" && !HELD.includes(name))
        expect(gradient(graph, node, inputs), name).not.toContain(graph.constant(0));
    }
  });

  test("linking changes no node made before and no code", () => {
    const graph = new PlainGraph();
    const x = graph.input("x", false);
    const before = graph.algebra.exp(x);
    const traced = lgamma(new Expr(new Session(graph), before)) as Expr; // links
    expect(graph.op[traced.node]).toBe(CODE.lgamma);
    expect(graph.algebra.exp(x)).toBe(before);
    for (const { rows } of [BASIC, ELEMENTARY])
      rows.forEach((row, code) => {
        if (row) expect(ALL_OPS.rows[code]).toBe(row);
      });
  });
});
