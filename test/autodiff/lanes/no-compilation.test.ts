// A runtime that forbids to compile WebAssembly, as a page's content security policy or an edge runtime does. Whether it does is found
// out once, by the first module that asks: hence a file of its own, in which nothing has asked before.
import { afterAll, expect, test, vi } from "vitest";
import { auto } from "../../../src/autodiff/lanes/auto.ts";
import { kernelModule } from "../../../src/autodiff/lanes/wasm/kernel-module.ts";
import type { TapeProgram } from "../../../src/autodiff/tape/executable.ts";
import { tapeProgram } from "../../support/tape-program.ts";

const LANES = 6;
const program = (expectedSamples: number): TapeProgram => tapeProgram({ lanes: LANES, realSlots: 8, expectedSamples });
// What WebAssembly works on comes in pages.
const isWasm = ({ slots }: { slots: Float64Array }): boolean => slots.buffer.byteLength % 65536 === 0;

const module = new WebAssembly.Module(kernelModule());
vi.stubGlobal("WebAssembly", {
  ...{ Memory: WebAssembly.Memory, Instance: WebAssembly.Instance },
  Module: class {
    constructor() {
      throw new Error("WebAssembly code generation disallowed by embedder");
    }
  },
});
afterAll(() => void vi.unstubAllGlobals());

test("without permission to compile auto runs the kernels it is given, or the interpreter", () => {
  expect(isWasm(auto().load(program(1e6)))).toBe(false);
  expect(isWasm(auto({ module }).load(program(1e6)))).toBe(true);
});
