import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assemble } from "../../../src/autodiff/lanes/wasm/encoder.ts";
import { wasmKernels } from "../../../src/autodiff/lanes/wasm/kernels.ts";
import { normalsFunction } from "../../../src/autodiff/lanes/wasm/noise/normals.ts";
import { rowFill } from "../../../src/autodiff/lanes/wasm/noise/row-fill.ts";
import { wasm } from "../../../src/autodiff/lanes/wasm/wasm.ts";
import type { Backend, Executable } from "../../../src/autodiff/tape/executable.ts";
import { noiseOf } from "../../../src/estimators/sample-points.ts";
import { fillNormals, fillSobolNormals, makeGenerator, type NormalFill } from "../../../src/random/index.ts";
import { beyondTable } from "../../../src/random/normal-table.ts";
import { fillNormalsWithHelp, type RowFill } from "../../../src/random/row-fill.ts";
import { blockAt } from "../../../src/random/threefry.ts";
import { tapeProgram } from "../../support/tape-program.ts";

const MOST = 20_000;

function loaded(backend: Backend): Executable {
  return backend.load(tapeProgram({ lanes: 2, realSlots: MOST, maskSlots: 3 }));
}

const FILLS: readonly (readonly [string, NormalFill])[] = [
  ["random points", fillNormalsWithHelp],
  ["Sobol points", fillSobolNormals],
  ["random points in pairs", noiseOf("test", { points: "random", pairing: "antithetic" })!.fill],
  ["Sobol points in pairs", noiseOf("test", { points: "rqmc", pairing: "antithetic" })!.fill],
];

// Samples about which the low word of the counter passes through 0.
const FIRST = fc.oneof(
  fc.nat(1000),
  fc.maxSafeNat().map((n) => Math.floor(n / 2)),
  fc.tuple(fc.nat(1000), fc.nat(40)).map(([high, below]) => (high + 1) * 2 ** 32 - below),
);

describe.each([
  ["wasm", wasm({ after: 0 })],
  ["wasmKernels", wasmKernels()],
])("normals by %s", (_name, backend) => {
  const { slots, rowFill: fillRows } = loaded(backend);

  test.each(FILLS)("are bit for bit those of JavaScript: %s", (title, fill) => {
    const done = { normals: 0, scrambled: 0, points: 0 };
    const counting: RowFill = {
      normals: (...numbers) => {
        const lanes = fillRows!.normals(...numbers);
        done.normals += lanes;
        return lanes;
      },
      scramble: (...numbers) => {
        fillRows!.scramble(...numbers);
        done.scrambled += numbers[2];
      },
      points: (...numbers) => {
        const all = fillRows!.points(...numbers);
        if (all) done.points++;
        return all;
      },
    };
    const expected = new Float64Array(MOST);
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.nat(1000),
        FIRST,
        fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 500, max: 1100 })),
        fc.integer({ min: 1, max: 13 }),
        fc.nat(7),
        fc.constantFrom(1, 2, 3, 4, 6, 8, 16, 30, 32, 33, 100, 129, 512, 1024, 2000, 4096, 16384, 65536),
        (seed, stream, first, lanes, dimensions, more, group) => {
          const stride = lanes + more;
          const used = 5 + dimensions * stride + 8;
          slots.fill(7, 0, used);
          expected.fill(7, 0, used);
          const generator = makeGenerator(seed);
          fill(expected, 5, stride, generator, stream, first, lanes, dimensions, group);
          fill(slots, 5, stride, generator, stream, first, lanes, dimensions, group, counting);
          const different = expected.subarray(0, used).findIndex((x, i) => !Object.is(x, slots[i]));
          expect(different).toBe(-1);
        },
      ),
    );
    expect(done.normals).toBeGreaterThan(1000);
    if (title.startsWith("Sobol")) expect(Math.min(done.scrambled, done.points)).toBeGreaterThan(1000);
  });

  test("stop before the first four samples with a word beyond the table, whatever the key", () => {
    const generator = { key: Int32Array.of(-5, 1 << 30, 77, -(2 ** 31)), words: new Int32Array(4) };
    const lanes = 4800;
    let at = 0;
    while (at < lanes) {
      let stop = at;
      for (; stop < lanes; stop++) {
        blockAt(generator, stop, 3, 2, 9);
        if (generator.words.some(beyondTable)) break;
      }
      const filled = fillRows!.normals(at, lanes, 4, generator.key, 3 * 2 ** 32 + at, 2, 9, lanes - at, 0);
      expect(filled).toBe((stop - at) & ~3);
      at += filled + 4;
    }
  });

  test("leave fewer than four samples, and a carry into the high word of the counter", () => {
    const { key } = makeGenerator(1);
    expect(fillRows!.normals(0, 8, 1, key, 0, 0, 0, 3, 0)).toBe(0);
    expect(fillRows!.normals(0, 8, 1, key, 2 ** 32 - 7, 0, 0, 8, 0)).toBe(0);
    expect(fillRows!.normals(0, 8, 1, key, 2 ** 32 - 8, 0, 0, 8, 0)).toBe(8);
  });
});

test("with other rounds they are other numbers", () => {
  const normals = [19, 20].map((rounds) => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new WebAssembly.Module(assemble([normalsFunction(rounds)], 1, []));
    const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
    const out = new Float64Array(memory.buffer, 0, 256);
    const fill = rowFill(memory.buffer, 8 * 256, exports);
    fillNormalsWithHelp(out, 0, 64, makeGenerator(3), 0, 0, 64, 4, 64, fill);
    return out.slice();
  });
  const expected = new Float64Array(256);
  fillNormals(expected, 0, 64, makeGenerator(3), 0, 0, 64, 4);
  expect(normals[1]).toEqual(expected);
  expect(normals[0]!.filter((x, i) => x === expected[i]).length).toBeLessThan(10);
});
