import v8 from "node:v8";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exprOf, nodeOf } from "../../../src/autodiff/expr.ts";
import {
  compile,
  compileTape,
  Graph,
  gradient,
  mul,
  type NodeId,
  OPS,
  type OpName,
  runLanes,
  runUniform,
  type Tape,
} from "../../../src/autodiff/index.ts";
import { CODE, OP_NAMES } from "../../../src/autodiff/ops/codes.ts";
import { Session } from "../../../src/autodiff/session.ts";
import { sin } from "../../../src/math/trigonometric.ts";
import { evaluate, type Tree, trace, trees } from "../../support/expressions.ts";
import { amount } from "../../support/soak.ts";

const COORDINATES = [-2, -1.3, -1, -0.4, 0, 0.3, 1, 1.7, 2, 0.9, -0.8];

/** Value and gradient of an expression; inputs in `lane` differ between lanes, the others are uniform. */
function compiledTree(tree: Tree, lane: readonly boolean[], lanes: number): Tape {
  const graph = new Graph();
  const inputs = lane.map((isLane, i) => graph.input(`x${i}`, isLane));
  const value = nodeOf(
    new Session(graph),
    trace(
      tree,
      inputs.map((node) => exprOf(new Session(graph), node)),
    ),
  );
  const laneInputs = inputs.filter((_, i) => lane[i]);
  return compileTape(graph, [value, ...gradient(graph, value, inputs)], { lanes, laneInputs });
}

/** Outputs of the tape at n points, all of which share their uniform coordinates. */
function run(tape: Tape, lane: readonly boolean[], points: readonly (readonly number[])[]): number[][] {
  for (const { node, offset } of tape.uniformInputs) tape.slots[offset] = points[0]![node]!; // inputs are the first nodes
  let row = 0;
  lane.forEach((isLane, i) => {
    if (!isLane) return;
    points.forEach((point, at) => {
      tape.slots[tape.noiseOffset + row * tape.stride + at] = point[i]!;
    });
    row++;
  });
  runUniform(tape);
  runLanes(tape, points.length);
  return points.map((_, at) => tape.outputs.map(({ offset, lane }) => tape.slots[offset + (lane ? at : 0)]!));
}

describe("uniform and per-lane values", () => {
  const options = { inputs: 3, depth: 5, where: true, poison: true };

  test("any number of lanes, any lane and any run gives the same bits; any split of the inputs the same values", () => {
    fc.assert(
      fc.property(
        trees(options),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        fc.constantFrom(1, 2, 7, 11),
        (tree, lane, lanes) => {
          const points = COORDINATES.slice(0, lanes).map((_, at) =>
            lane.map((isLane, i) => COORDINATES[isLane ? (at * (i + 1) + i) % COORDINATES.length : i]!),
          );
          const one = compiledTree(tree, lane, 1);
          const single = points.map((point) => run(one, lane, [point])[0]!);
          const tape = compiledTree(tree, lane, lanes);
          expect(run(tape, lane, points)).toEqual(single);
          expect(run(tape, lane, points), "second run").toEqual(single);
          expect(run(compiledTree(tree, lane, 16), lane, points)).toEqual(single);
          points.forEach((point, at) => {
            const { value, error, slope, spread, clear, largest } = evaluate(tree, point);
            if (!clear || !spread.every(Number.isFinite) || !(largest < 1e3)) return;
            const [got, ...slopes] = single[at]!;
            // Sums are reordered by what is uniform: as good as any order, not the same bits.
            expect(Math.abs(got! - value)).toBeLessThanOrEqual(8 * error);
            slopes.forEach((gotSlope, i) => {
              const wrong = `∂${i} at ${point}: ${gotSlope}, expected ${slope[i]}`;
              expect(Math.abs(gotSlope - slope[i]!), wrong).toBeLessThanOrEqual(1e-9 * spread[i]!);
            });
          });
        },
      ),
      { numRuns: amount(30, 100) },
    );
  });

  test("only what depends on a lane input runs per lane", () => {
    const graph = new Graph();
    const [x, u] = [graph.input("x", true), graph.input("u", false)];
    const { algebra: A } = graph;
    let uniform = u;
    for (let i = 0; i < 20; i++) uniform = A.sin(A.exp(uniform));
    const tape = compileTape(graph, [A.mul(A.cos(x), uniform), uniform], { lanes: 4, laneInputs: [x] });
    expect(tape.size).toMatchObject({ uniform: 40, lane: 2 });
    expect(tape.outputs.map(({ lane }) => lane)).toEqual([true, false]);
  });

  test("there are no more lanes than samples are expected", () => {
    const graph = new Graph();
    const x = graph.input("x", true);
    const lanesFor = (expectedSamples?: number): number =>
      compileTape(graph, [graph.algebra.exp(x)], { laneInputs: [x], ...(expectedSamples && { expectedSamples }) })
        .lanes;
    expect(lanesFor(16)).toBe(16);
    expect(lanesFor(1e6)).toBe(lanesFor());
    expect(lanesFor()).toBe(1024);
  });

  test("lanes beyond n are left alone", () => {
    const graph = new Graph();
    const x = graph.input("x", true);
    const tape = compileTape(graph, [graph.algebra.exp(x)], { lanes: 8, laneInputs: [x] });
    tape.slots.fill(7);
    runLanes(tape, 3);
    const { offset } = tape.outputs[0]!;
    expect(Array.from(tape.slots.subarray(offset, offset + 8))).toEqual([...Array(3).fill(Math.exp(7)), 7, 7, 7, 7, 7]);
  });

  test("outputs may be inputs, constants, repeated; lane inputs keep their order, used or not", () => {
    const graph = new Graph();
    const [x, y, u] = [graph.input("x", true), graph.input("y", true), graph.input("u", false)];
    const tape = compileTape(graph, [u, graph.constant(5), y, y], { lanes: 2, laneInputs: [x, y] });
    tape.slots[tape.uniformInputs.find(({ node }) => node === u)!.offset] = 3;
    tape.slots.set([1, 2, 10, 20], tape.noiseOffset);
    runUniform(tape);
    runLanes(tape, 2);
    expect(tape.outputs.map(({ offset }) => tape.slots[offset])).toEqual([3, 5, 10, 10]);
    expect(tape.slots[tape.outputs[2]!.offset + 1]).toBe(20);
  });

  test("a lane input that was not listed is an error that names it", () => {
    const graph = new Graph();
    const x = graph.input("noise", true);
    expect(() => compileTape(graph, [graph.algebra.exp(x)])).toThrow(
      'compileTape: lane input "noise" is not among laneInputs',
    );
    expect(() => compileTape(graph, [x])).toThrow('compileTape: lane input "noise" is not among laneInputs');
  });
});

describe("slots", () => {
  test("a chain of 1000 ops needs two besides its input, a balanced sum of 1024 terms a few dozen", () => {
    const graph = new Graph();
    const x = graph.input("x", true);
    const { algebra: A } = graph;
    let node = x;
    for (let i = 0; i < 500; i++) node = A.sin(A.mul(node, x));
    expect(compileTape(graph, [node], { laneInputs: [x] }).size.laneSlots).toBeLessThanOrEqual(3);
    const terms = Array.from({ length: 1024 }, (_, i) => A.sin(A.mul(graph.constant(i + 0.5), x)));
    const tape = compileTape(graph, [graph.sum(terms)], { laneInputs: [x] });
    expect(tape.size.lane).toBeGreaterThan(2 * 1024);
    // One run of 16 terms and one partial sum per level.
    expect(tape.size.laneSlots).toBeLessThanOrEqual(2 + 16 + 2 * Math.log2(1024));
  });

  test("values that live on keep their slots: outputs along the chain are all there in the end", () => {
    const graph = new Graph();
    const x = graph.input("x", true);
    const nodes: NodeId[] = [x];
    for (let i = 0; i < 50; i++) nodes.push(graph.algebra.sin(graph.algebra.add(nodes[i]!, x)));
    const tape = compileTape(graph, nodes, { lanes: 2, laneInputs: [x] });
    tape.slots.set([0.3, -0.9], tape.noiseOffset);
    runLanes(tape, 2);
    [0.3, -0.9].forEach((start, at) => {
      let value = start;
      for (const { offset } of tape.outputs) {
        expect(tape.slots[offset + at]).toBe(value);
        value = sin(value + start);
      }
    });
  });
});

// Code that counts what it runs, as under mutation testing, allocates by itself.
describe.skipIf(process.env.MUTANTS_TESTS !== undefined)("memory", () => {
  const CALLS = 2000;

  /**
   * Bytes that `action` leaves on the heap per call, once the engine has compiled it. Windows of calls are measured in
   * groups of five, of which the median counts (a collection or a stray allocation of the runtime spoils one window);
   * compilation may take any number of groups, so the lowest median is the answer, and the first one below `enough`. What allocates
   * always is in all.
   */
  function bytesPerCall(action: (i: number) => void, enough = ALLOWED): number {
    const used = (): number => v8.getHeapStatistics().used_heap_size;
    const window = (): number => {
      const before = used();
      for (let i = 0; i < CALLS; i++) action(i);
      return Math.max(0, used() - before) / CALLS;
    };
    let lowest = Infinity;
    for (let group = 0; group < 30 && lowest >= enough; group++) {
      const windows = Array.from({ length: 5 }, window).sort((p, q) => p - q);
      lowest = Math.min(lowest, windows[2]!);
    }
    return lowest;
  }

  // Reading the statistics allocates an object per window; a call that allocates a single number takes 12 bytes or more.
  const ALLOWED = 1;
  // Functions that are made of several, which an engine may call instead.
  const SPECIAL: readonly OpName[] = [
    "log1p",
    "sigmoid",
    "softplus",
    "pow",
    "sin",
    "cos",
    "tan",
    "lgamma",
    "digamma",
    "trigamma",
    "erf",
  ];
  const NORMAL: readonly OpName[] = ["normalCdf", "logNormalCdf", "normalHazard", "normalQuantileOfSurprisal"];
  const LANES = 4;

  /** Each of the ops, per lane and uniform, under `where` or summed. */
  function tapeOf(names: readonly OpName[]): Tape {
    const graph = new Graph();
    const { algebra: A } = graph;
    const laneInputs = [graph.input("x", true), graph.input("y", true)];
    const outputs = [laneInputs, [graph.input("u", false), graph.input("v", false)]].map(([x, y]) => {
      const p = A.positive(A.sub(x!, y!));
      const q = A.not(A.or(A.positive(y!), A.equal(x!, y!)));
      const values = names.map((name) => graph.apply(CODE[name], x!, OPS[name].primal.length > 1 ? y! : -1));
      return A.where(A.and(p, q), graph.sum(values), A.sqrt(x!));
    });
    return compileTape(graph, outputs, { lanes: LANES, laneInputs });
  }
  const perCall = (tape: Tape, enough: number): number =>
    bytesPerCall((i) => {
      for (let k = 0; k < 2 * LANES; k++) tape.slots[tape.noiseOffset + k] = 0.3 + i * 1e-4;
      runUniform(tape);
      runLanes(tape, LANES);
    }, enough);
  const elementary = OP_NAMES.filter((name) => !OPS[name].kinds && ![...SPECIAL, ...NORMAL].includes(name));

  test("running a tape of elementary ops allocates nothing", () => {
    const tape = tapeOf(elementary);
    expect(tape.size.lane).toBeGreaterThan(elementary.length);
    expect(perCall(tape, ALLOWED)).toBeLessThan(ALLOWED);
  });

  test("special functions box at most a few numbers per lane, where the engine does not inline them", () => {
    // A boxed number takes 16 bytes at most; no function makes more than three calls that are not inlined.
    const names = [...SPECIAL, ...NORMAL];
    const allowed = names.length * (LANES + 1) * 3 * 16;
    expect(perCall(tapeOf(names), allowed)).toBeLessThan(allowed);
  });

  test("calling a compiled function allocates at most its result", () => {
    const f = compile(([x, y]) => mul(x!, y!));
    const point = Float64Array.of(0.3, 0.4);
    let sink = 0;
    const bytes = bytesPerCall((i) => {
      point[0] = i;
      sink += f(point);
    });
    expect(sink).not.toBe(0);
    expect(bytes).toBeLessThan(40); // the returned number, boxed, and the sink
  });

  test("the measurement sees one small object per call", () => {
    const kept: unknown[] = [undefined];
    const tape = tapeOf(elementary);
    const bytes = bytesPerCall((i) => {
      kept[0] = [i];
      runLanes(tape, LANES);
    });
    expect(bytes).toBeGreaterThan(8 * ALLOWED);
  });
});
