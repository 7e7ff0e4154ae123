import { describe, expect, test } from "vitest";
import { blocksOf } from "../../../src/autodiff/lanes/instruction-blocks.ts";
import type { Place, Step } from "../../../src/autodiff/tape/executable.ts";
import { tapeProgram } from "../../support/tape-program.ts";

const at = (offset: number): Place => ({ offset, lane: true });
const step = (name: Step["name"], result: number, ...operands: number[]): Step => ({
  name,
  result: at(result),
  operands: operands.map(at),
});
// exp is left to the interpreter.
const LANE: readonly Step[] = [
  step("sin", 10, 0),
  step("neg", 20, 10),
  step("square", 30, 20),
  step("exp", 10, 30),
  step("exp", 20, 10),
  step("neg", 10, 20),
  step("sin", 40, 10),
];
const blocks = (most: number, outputs: readonly Place[] = [at(40)]) =>
  blocksOf(tapeProgram({ lanes: 2, realSlots: 50, lane: LANE, outputs }), most, ({ name }) => name !== "exp");
const names = (most: number): string[] =>
  blocks(most).map(({ steps, generated }) => `${steps.map(({ name }) => name).join(" ")}${generated ? "" : " (not)"}`);

describe("blocks of lane instructions", () => {
  test("end where they are full, and where another has to run what comes next", () => {
    expect(names(9)).toEqual(["sin neg square", "exp exp (not)", "neg sin"]);
    expect(names(2)).toEqual(["sin neg", "square", "exp exp (not)", "neg sin"]);
    expect(names(1)).toEqual(["sin", "neg", "square", "exp (not)", "exp (not)", "neg", "sin"]);
  });

  test("store what a later block reads before it is overwritten, and the outputs", () => {
    const stored = (most: number, outputs?: readonly Place[]): string =>
      blocks(most, outputs)
        .flatMap(({ steps }) => steps.map((each) => Number(each.stored)))
        .join("");
    expect(stored(9)).toBe("0010101");
    expect(stored(1)).toBe("1111111");
    expect(stored(2)).toBe("0110101");
    expect(stored(9, [at(40), at(30)])).toBe("0010101");
    expect(stored(9, [at(10)])).toBe("0010110");
  });
});
