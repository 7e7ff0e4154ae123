/** Programs for back ends: what planners emit is in the table of instructions, and `compileTape` keeps its side of the contract. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTape, Graph } from "../../../src/autodiff/index.ts";
import { wasmKernels } from "../../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../../src/autodiff/lanes/wasm/wasm.ts";
import { logSumExp } from "../../../src/autodiff/log-sum-exp.ts";
import { fastPlan } from "../../../src/autodiff/planners/fast-plan.ts";
import { planMeans } from "../../../src/autodiff/planners/lane-means.ts";
import {
  type Place,
  type Step,
  SUM_PARTS,
  type TapeProgram,
  WRITES_BEYOND,
} from "../../../src/autodiff/tape/executable.ts";
import { INSTRUCTIONS } from "../../../src/autodiff/tape/instruction-table.ts";
import type { InstructionName } from "../../../src/autodiff/tape/instructions.ts";
import { programFaults } from "../../support/program-faults.ts";
import { modelPrograms, randomProgram, recorded } from "../../support/recorded-programs.ts";
import { amount } from "../../support/soak.ts";
import { tapeProgram } from "../../support/tape-program.ts";

const emitted = new Set<InstructionName>();
function see(program: TapeProgram): TapeProgram {
  for (const steps of [program.uniform, program.lane, program.rest]) for (const { name } of steps) emitted.add(name);
  return program;
}

/** A sum of selections, at least eight, by so many thresholds on one value. */
function selections(thresholds: number): TapeProgram {
  const graph = new Graph();
  const { algebra: A } = graph;
  const [x, u] = [graph.input("x", true), graph.input("u", false)];
  const count = Math.max(8, thresholds);
  const terms = Array.from({ length: count }, (_, k) =>
    A.where(A.positive(A.sub(x, graph.constant(k % thresholds))), A.mul(u, graph.constant(k + 2)), graph.constant(1)),
  );
  const plan = fastPlan(graph, [graph.sum(terms)]);
  return recorded((backend) => compileTape(graph, [], { laneInputs: [x], plan, backend, lanes: 5 }));
}

describe("programs", () => {
  test.each(amount([3], [1, 3]))("of models keep the contract, for back ends of %i lanes at a time", (laneMultiple) => {
    for (const [title, program] of modelPrograms(laneMultiple))
      expect(programFaults(see(program), laneMultiple), title).toEqual([]);
  });

  test("of random graphs keep the contract, by every planner", () => {
    fc.assert(
      fc.property(randomProgram, (program) => {
        expect(programFaults(see(program))).toEqual([]);
      }),
      { numRuns: amount(600, 2000) },
    );
  });

  test.each(Array.from({ length: 12 }, (_, k) => [k + 1, 2 ** k, 2 ** (k + 1) - 1] as const))(
    "of sums of selections have a search of %i bits for %i to %i thresholds",
    (bits, fewest, most) => {
      for (const thresholds of [fewest, most]) {
        const program = see(selections(thresholds));
        expect(programFaults(program)).toEqual([]);
        expect(program.lane.map(({ name }) => name)).toEqual([`search${bits}`, "lookUp"]);
      }
    },
  );

  test("of logs of sums of exponentials keep the contract", () => {
    const graph = new Graph();
    const x = Array.from({ length: 9 }, (_, i) => graph.input(`x${i}`, true));
    const plan = fastPlan(graph, [logSumExp(graph, x)]);
    const program = see(recorded((backend) => compileTape(graph, [], { laneInputs: x, plan, backend, lanes: 5 })));
    expect(programFaults(program)).toEqual([]);
  });

  test("have every instruction of the table between them, but for larger searches and what only rolled programs have", () => {
    const others = Object.values(INSTRUCTIONS).filter(({ name }) => !emitted.has(name));
    expect(others.map(({ name }) => name)).toEqual([
      ...["search13", "search14", "search15", "search16", "search17", "search18", "search19", "search20"],
      ...["gather", "gatherMasks"],
    ]);
  });

  test("have an even number of lanes where they sum over them, whatever the back end's", () => {
    const graph = new Graph();
    const x = graph.input("x", true);
    const plan = planMeans(graph, [graph.algebra.exp(x)]);
    const lanesFor = (laneMultiple: number, lanes: number): number =>
      recorded((backend) => compileTape(graph, [], { laneInputs: [x], plan, lanes, backend }), laneMultiple).lanes;
    expect([lanesFor(1, 1), lanesFor(3, 1), lanesFor(3, 7), lanesFor(4, 5), lanesFor(5, 10)]).toEqual([
      2, 6, 12, 8, 10,
    ]);
  });
});

describe("the check of programs", () => {
  const at = (offset: number, lane = false): Place => ({ offset, lane });
  const add = (result: Place, ...operands: Place[]): Step => ({ name: "add", result, operands });
  // x and y in the lanes, u and v uniform; u + v = 2, 2 + v = 3, room for three.
  const [x, y, z] = [at(20, true), at(24, true), at(28, true)];
  const [p, q, u, v] = [at(2), at(3), at(7), at(8)];
  const good = {
    lanes: 4,
    realSlots: 32,
    uniform: [add(p, u, v), add(q, p, v)],
    lane: [add(z, x, q), { name: "sumDots1", result: at(0), operands: [z, y] } as const],
    rest: [],
    outputs: [z, q],
  };
  const faults = (parts: Partial<TapeProgram>, laneMultiple?: number): string[] =>
    programFaults(tapeProgram({ ...good, ...parts }), laneMultiple);

  test("passes a good one", () => {
    expect(faults({})).toEqual([]);
    expect(faults({}, 4)).toEqual([]);
  });

  test("sees what is wrong", () => {
    expect(faults({ uniform: [add(p, u, v), add(at(4), p, v)] })).toContain("real 4 does not follow the result before");
    expect(faults({ uniform: [add(p, q, v), add(q, u, v)] })).toEqual([
      "uniform add reads real 3, which is not computed yet",
    ]);
    expect(faults({ outputs: [at(3 + WRITES_BEYOND)] })).toEqual([`real ${3 + WRITES_BEYOND} is no room to write in`]);
    expect(faults({ lane: [add(z, x, y), add(at(30, true), x, y)] })[0]).toMatch(
      /^real 30 is of "lanes 28" and of "lanes 30"/,
    );
    expect(faults({ lane: [add(z, u, v)] })).toEqual(["lane add: nothing that differs between lanes"]);
    expect(faults({ lane: [add(at(0), x, y)] })).toContain("lane add: place of the result");
    expect(faults({ uniform: [add(p, x, v), add(q, p, v)] })).toContain("uniform add: a lane");
    expect(faults({ uniform: [add(p, at(0), v), add(q, p, v)] })).toContain("uniform add reads a mean");
    expect(faults({ lane: [{ name: "dot2", result: z, operands: [x, x, u, x, u] }] })).toEqual([
      "lane dot2: places true,true,false,true,false",
    ]);
    expect(faults({ lane: [{ name: "dot2", result: z, operands: [x, u, x] }] })).toContain(
      "lane dot2: number of operands",
    );
    expect(faults({ realSlots: 31 })).toContain("real 28 lies beyond the slots");
    expect(faults({ lanes: 3 }, 4)).toEqual(["3 lanes, which is no multiple of 4", "3 lanes, which is odd"]);
    expect(faults({ lane: [...good.lane, good.lane[1]!] })).toContain("sum 0 is added to twice");
    expect(faults({ rest: [add(at(SUM_PARTS + 2), at(1), v)] })).toContain('real 1 is of "sum 0" and of "one "');
  });
});

test("back ends refuse a number of lanes that they cannot run", () => {
  const [x, y] = [
    { offset: 0, lane: true },
    { offset: 6, lane: true },
  ];
  const program = (lanes: number): TapeProgram =>
    tapeProgram({ lanes, realSlots: 12, lane: [{ name: "neg", result: y, operands: [x] }], outputs: [y] });
  expect(() => wasmKernels().load(program(6))).toThrow(
    new RangeError("wasmKernels: wrong number of lanes; got 6, expected a multiple of 4"),
  );
  expect(() => wasm({ after: 0 }).load(program(5))).toThrow(
    new RangeError("wasm: wrong number of lanes; got 5, expected a multiple of 2"),
  );
});
