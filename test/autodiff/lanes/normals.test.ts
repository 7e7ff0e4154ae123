import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assemble } from "../../../src/autodiff/lanes/wasm/encoder.ts";
import { wasmKernels } from "../../../src/autodiff/lanes/wasm/kernels.ts";
import { normalsFunction } from "../../../src/autodiff/lanes/wasm/noise/normals.ts";
import { rowFill } from "../../../src/autodiff/lanes/wasm/noise/row-fill.ts";
import { wasm } from "../../../src/autodiff/lanes/wasm/wasm.ts";
import type { Backend, Executable } from "../../../src/autodiff/tape/executable.ts";
import { everyNoise } from "../../../src/estimators/sample-points.ts";
import type { RowFill } from "../../../src/random/contract.ts";
import {
  blockAt,
  fillNormals,
  fillSobolNormals,
  makeGenerator,
  type NormalFill,
  noiseRequest,
} from "../../../src/random/index.ts";
import { beyondTable } from "../../../src/random/normal-table.ts";
import { tapeProgram } from "../../support/tape-program.ts";

const MOST = 20_000;

function loaded(backend: Backend): Executable {
  return backend.load(tapeProgram({ lanes: 2, realSlots: MOST, maskSlots: 3 }));
}

const FILLS: readonly (readonly [string, NormalFill])[] = [
  ["random points", fillNormals],
  ["Sobol points", fillSobolNormals],
  ["random points in pairs", everyNoise({ points: "random", pairing: "antithetic" })!.fill],
  ["Sobol points in pairs", everyNoise({ points: "rqmc", pairing: "antithetic" })!.fill],
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
      normals: (...asked) => {
        const lanes = fillRows!.normals(...asked);
        done.normals += lanes;
        return lanes;
      },
      scramble: (row, generator) => {
        fillRows!.scramble(row, generator);
        done.scrambled += row.lanes;
      },
      points: (row) => {
        const all = fillRows!.points(row);
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
          const request = noiseRequest({
            out: expected,
            at: 5,
            stride,
            generator: makeGenerator(seed),
            stream,
            firstSample: first,
            lanes,
            dimensions,
            group,
          });
          const asked = Object.entries(request);
          fill(request);
          expect(Object.values(request).findIndex((value, k) => value !== asked[k]![1])).toBe(-1);
          fill({ ...request, out: slots, rowFill: counting });
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
    const request = noiseRequest({
      out: slots,
      generator,
      stream: 4,
      firstSample: 3 * 2 ** 32,
      lanes,
      dimensions: 12,
    });
    let at = 0;
    while (at < lanes) {
      let stop = at;
      for (; stop < lanes; stop++) {
        blockAt(generator, stop, 3, 7 + 2, 8);
        if (generator.words.some(beyondTable)) break;
      }
      const filled = fillRows!.normals({ ...request, at: -8 * lanes }, at, 8, 7, 0);
      expect(filled).toBe((stop - at) & ~3);
      at += filled + 4;
    }
  });

  test("leave fewer than four samples, and a carry into the high word of the counter", () => {
    const filled = (firstSample: number, lanes: number): number => {
      const generator = makeGenerator(1);
      return fillRows!.normals(noiseRequest({ out: slots, generator, firstSample, lanes, dimensions: 1 }), 0, 0, 0, 0);
    };
    expect(filled(0, 3)).toBe(0);
    expect(filled(2 ** 32 - 7, 8)).toBe(0);
    expect(filled(2 ** 32 - 8, 8)).toBe(8);
  });
});

test("with other rounds they are other numbers", () => {
  const request = noiseRequest({ out: new Float64Array(256), generator: makeGenerator(3), lanes: 64, dimensions: 4 });
  const normals = [19, 20].map((rounds) => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new WebAssembly.Module(assemble([normalsFunction(rounds)], 1, []));
    const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
    const out = new Float64Array(memory.buffer, 0, 256);
    fillNormals({ ...request, out, rowFill: rowFill(memory.buffer, 8 * 256, exports) });
    return out.slice();
  });
  const expected = request.out;
  fillNormals(request);
  expect(normals[1]).toEqual(expected);
  expect(normals[0]!.filter((x, i) => x === expected[i]).length).toBeLessThan(10);
});
