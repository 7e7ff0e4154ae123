import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileTape, Graph, type NodeId, type OpName, runLanes } from "../../src/autodiff/index.ts";
import { INTERPRETER } from "../../src/autodiff/lanes/interpreter/interpreter.ts";
import { jit } from "../../src/autodiff/lanes/javascript/jit.ts";
import { wasmKernels } from "../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../src/autodiff/lanes/wasm/wasm.ts";
import { CODE } from "../../src/autodiff/ops/codes.ts";
import type { Backend } from "../../src/autodiff/tape/executable.ts";
import { exp, expm1, log, log1p } from "../../src/math/elementary.ts";
import { sigmoid, softplus, tanh } from "../../src/math/logistic.ts";
import { pow } from "../../src/math/power.ts";
import { cos, sin, tan } from "../../src/math/trigonometric.ts";

type Elementary = (x: number, y: number) => number;
interface Row {
  readonly f: Elementary;
  /** The error that the doc comment states as measured, in units of the last place. */
  readonly bound: number;
  /** Exact values, signs of zeros included. */
  readonly values: readonly (readonly [x: number, value: number])[];
}

// biome-ignore format: a table, columns lined up
const ROWS: Readonly<Record<string, Row>> = {
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
  pow:      { f: pow,      bound: 0.78, values: [] },
};

type Reference = readonly number[]; // argument, …, value, rest
const FIXTURE = JSON.parse(readFileSync(new URL("../fixtures/elementary.json", import.meta.url), "utf8")) as Readonly<
  Record<string, readonly Reference[]>
>;

/** The unit in the last place of a double. */
function ulp(x: number): number {
  const words = new BigInt64Array(Float64Array.of(Math.abs(x)).buffer);
  const exponent = Number(words[0]! >> 52n);
  return 2 ** (Math.max(1, exponent) - 1075);
}

/** Largest error in units of the last place, with the arguments where it occurs; NaN counts as infinite. */
function worstError(f: Elementary, rows: readonly Reference[]): [number, string] {
  let worst = 0;
  let where = "";
  for (const row of rows) {
    const [value, rest] = row.slice(-2) as [number, number];
    const got = f(row[0]!, row[1]!);
    const error = Math.abs((got - value) / ulp(value) - rest);
    if (!(error <= worst)) {
      worst = Number.isNaN(error) ? Infinity : error;
      where = `f(${row.slice(0, -2).join(", ")}) = ${got}, expected ${value} and ${rest} ulp`;
    }
  }
  return [worst, where];
}

describe.each(Object.keys(ROWS))("%s", (name) => {
  const { f, bound, values } = ROWS[name]!;
  const rows = FIXTURE[name]!;

  test("is within its measured error of references", () => {
    const [worst, where] = worstError(f, rows);
    expect(rows.length).toBeGreaterThan(400);
    expect(worst, where).toBeLessThanOrEqual(bound);
  });

  test("the same check rejects an error of one more bit", () => {
    const next: Elementary = (x, y) => f(x, y) * (1 + Number.EPSILON);
    expect(worstError(next, rows)[0]).toBeGreaterThan(Math.max(1, bound));
  });

  test("has its exact values, zeros with their sign", () => {
    for (const [x, value] of values) expect(f(x, 0), `at ${x}`).toBe(value);
  });
});

test("powers have the values of Math.pow at zeros, infinities, NaN and negative bases", () => {
  const edges = [0, 0.5, 1, 1.5, 2, 3, 1e10, 9007199254740991, 9007199254740992, 1e300, 5e-324, Infinity, NaN];
  const values = edges.flatMap((x) => [x, -x]);
  for (const x of values)
    for (const y of values) {
      const expected = x ** y;
      const special = !Number.isFinite(expected) || expected === 0 || Math.abs(expected) === 1;
      if (special) expect(pow(x, y), `${x} ** ${y}`).toBe(expected);
      else expect(Math.abs(pow(x, y) - expected), `${x} ** ${y}`).toBeLessThanOrEqual(2 * ulp(expected));
    }
});

test("powers that are doubles are exact", () => {
  for (let x = 1; x <= 40; x++)
    for (let y = 0, exact = 1; exact <= Number.MAX_SAFE_INTEGER; y++, exact *= x) {
      expect(pow(x, y), `${x} ** ${y}`).toBe(exact);
      expect(pow(-x, y), `${-x} ** ${y}`).toBe(y % 2 === 1 ? -exact : exact);
      if (x === 1 && y === 9) break;
    }
  for (let k = -1074; k <= 1023; k++) expect(pow(2, k)).toBe(2 ** k);
  for (let k = 0; k < 300; k++) expect(pow(k * k, 0.5)).toBe(k);
});

describe("rising functions never fall from one number to the next", () => {
  const next = (x: number): number => {
    const words = new BigInt64Array(Float64Array.of(x).buffer);
    words[0]! += x > 0 ? 1n : -1n;
    return new Float64Array(words.buffer)[0]!;
  };
  // A multiplicative sequence over (−20, 20), and each number over 2¹⁰.
  const numbers = Array.from({ length: 20_000 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) | 0) / 107374182.4).flatMap(
    (x) => [x, x / 1024],
  );
  const falls = (f: Elementary): number => numbers.filter((x) => f(next(x), 0) < f(x, 0)).length;

  test.each([exp, expm1, log, log1p, sigmoid, softplus, tanh])("$name", (f) => {
    expect(falls(f)).toBe(0);
  });

  test("the same check finds where a quotient of rounded terms falls", () => {
    expect(falls((x) => exp(x) / (1 + exp(x)))).toBeGreaterThan(10);
  });
});

describe("arithmetic that every engine does alike", () => {
  // What IEEE 754 and ECMAScript define to the last bit, integer arithmetic, constants; beside them powers of 2.
  const exact = /^(abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc|[A-Z]\w*)$/;
  const impure = (text: string): string[] => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"]*"/g, "");
    return [...code.matchAll(/Math\.(\w+)|(?<!\b2 )\*\*/g)]
      .filter(([, name]) => !exact.test(name ?? ""))
      .map(([found]) => found);
  };
  const folder = new URL("../../src/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !/^(cli|models)\b/.test(name),
  );

  test.each(files)("%s uses no function of Math that engines may round as they like", (name) => {
    expect(impure(readFileSync(new URL(name, folder), "utf8"))).toEqual([]);
  });

  test("the same check finds such functions and powers", () => {
    expect(impure("(x) => Math.sin(x) + Math.sqrt(x ** y) + 2 ** x // Math.cos")).toEqual(["Math.sin", "**"]);
    expect(files.length).toBeGreaterThan(30);
  });
});

// Where code for pairs of lanes leaves numbers out, or has done with them.
const SEAMS = [
  708,
  709.7,
  710,
  720,
  745,
  746,
  1e6,
  1e300,
  Infinity,
  NaN,
  0,
  1,
  5e-324,
  1e-310,
  2.2250738585072014e-308,
];

const BACKENDS: readonly Backend[] = [INTERPRETER, wasm({ after: 0 }), wasmKernels(), jit()];

describe.each(BACKENDS)("on the back end $name", (backend) => {
  test.each(Object.keys(ROWS))("%s has the bits of the function", (name) => {
    const { f, values } = ROWS[name]!;
    // Moved by one, so that points near each other do not always share a pair of lanes.
    const points = [...FIXTURE[name]!, ...values, [1.5, 2.5]].flatMap(([x, y]) => [
      [x!, y!],
      [-x!, y!],
    ]);
    // Each beside an ordinary number, in the first and in the second lane of a pair.
    for (const x of SEAMS) points.push([x, 2.5], [1.5, 2.5], [1.5, 2.5], [x, 2.5], [-x, 2.5], [1.5, 2.5]);
    const binary = name === "pow";
    const graph = new Graph();
    const inputs = (binary ? ["x", "y"] : ["x"]).map((each) => graph.input(each, true));
    const result = graph.apply(CODE[name as OpName], ...(inputs as [NodeId, NodeId]));
    const tape = compileTape(graph, [result], { lanes: points.length, laneInputs: inputs, backend });
    for (const column of inputs.keys())
      for (const [i, point] of points.entries())
        tape.slots[tape.noiseOffset + column * tape.stride + i] = point[column]!;
    runLanes(tape, points.length);
    const { offset } = tape.outputs[0]!;
    const got = Array.from(tape.slots.subarray(offset, offset + points.length));
    expect(got).toEqual(points.map(([px, py]) => f(px!, py!)));
  });
});
