/** Fills in WebAssembly, in a memory of their own: numbers or words, then a head with the library's table, then edges of a ziggurat. */
import {
  assemble,
  CONSTANTS,
  Code,
  type FunctionSpec,
  I32,
  type ImportSpec,
  NOISE,
  normalsFunction,
  pushWord,
  type RowFill,
  rowFill,
  SCALAR,
  V128,
} from "../library.ts";
import { type Filler, furtherOf, GENERATOR, LANES, lanesOf, ROWS, SIZE } from "./fillers.ts";
import type { Generator, WordFill } from "./generators.ts";
import { EDGES, ofLayers, TABLE, type Transform } from "./transforms.ts";
import { HEAD } from "./wasm-generators.ts";
import { EDGES_AT, type Stored, WORDS } from "./wasm-transforms.ts";

/** Where the head lies: after what is filled. */
const HEAD_AT: number = 8 * SIZE;

type Exported = (...numbers: number[]) => number;

function instanceOf(
  functions: readonly FunctionSpec[],
  imports: readonly ImportSpec[],
  called: Readonly<Record<string, unknown>>,
): { readonly buffer: ArrayBuffer; readonly exports: Readonly<Record<string, unknown>>; readonly head: Int32Array } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(assemble(functions, 1, imports, CONSTANTS));
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory, ...called } });
  new Float64Array(memory.buffer, EDGES_AT, EDGES.length).set(EDGES);
  return { buffer: memory.buffer, exports, head: new Int32Array(memory.buffer, HEAD_AT, HEAD) };
}

/** A memory with the library's own functions, for `out`. */
export function memoryOfLibrary(): { readonly out: Float64Array; readonly rowFill: RowFill } {
  const { buffer, exports } = instanceOf(NOISE, [], {});
  return { out: new Float64Array(buffer, 0, SIZE), rowFill: rowFill(buffer, HEAD_AT, exports) };
}

// Parameters, then the words.
const [BASE, ROW, END, LOW, X] = [0, 1, 2, 3, 4] as const;

/** fill(base, row, end, low): numbers of four rows from the address `row` to `end`, of samples from `low` on. */
function fillFunction({ rounds, words }: Generator["emitted"], { bytes, store }: Stored): FunctionSpec {
  const code = new Code();
  code.op(0x03, 0x40); // loop
  code.get(LOW).simd("i32_splat").i32x4(0, 1, 2, 3).simd("i32_add");
  pushWord(code, BASE, 0).simd("i32_add").set(X);
  for (const j of [1, 2, 3]) pushWord(code, BASE, 5 + j).set(X + j);
  words(code, BASE, X, rounds);
  store(code, ROW, bytes * LANES, X);
  code.get(LOW).i32(4).op(0x6a).set(LOW);
  code
    .get(ROW)
    .i32(4 * bytes)
    .op(0x6a)
    .tee(ROW)
    .get(END)
    .op(0x48)
    .op(0x0d, 0)
    .op(0x0b);
  return { parameters: [I32, I32, I32, I32], results: [], locals: [[8, V128]], code, name: "fill" };
}

function fillerOf(generator: Generator, stored: Stored, called: Readonly<Record<string, unknown>>) {
  const { emitted } = generator;
  const functions = [...stored.functions, fillFunction(emitted, stored)];
  const { buffer, exports, head } = instanceOf(functions, stored.imports, called);
  const fill = exports["fill"] as Exported;
  const rowBytes = stored.bytes * LANES;
  return {
    buffer,
    fill(key: Int32Array, c0: number, c1: number, c2: number, c3: number, blocks: number): void {
      for (let block = 0; block < blocks; block++) {
        emitted.setHead(head, key, c1, c2 + block, c3);
        const row = 4 * block * rowBytes;
        fill(HEAD_AT, row, row + rowBytes, c0);
      }
    },
  };
}

/** The words alone. */
export function wordsInWebAssembly(generator: Generator): WordFill {
  const { buffer, fill } = fillerOf(generator, WORDS, {});
  const words = new Int32Array(buffer, 0, SIZE);
  return (out, key, c0, c1, c2, c3, lanes, blocks) => {
    fill(key, c0, c1, c2, c3, blocks);
    if (lanes === LANES) out.set(words.subarray(0, 4 * blocks * LANES));
    else
      for (let row = 0; row < 4 * blocks; row++) out.set(words.subarray(row * LANES, row * LANES + lanes), row * lanes);
  };
}

/** `composed` in WebAssembly: the same bits. */
export function inWebAssembly(generator: Generator, transform: Transform): Filler {
  const { stored } = transform;
  const { begin, further } = furtherOf(generator);
  const again = (at: number, ...words: [number, number]): number => {
    words.forEach((word, lane) => {
      const place = at / 8 + lane;
      out[place] = ofLayers(EDGES, word, place, further);
    });
    return 0;
  };
  const { buffer, fill } = stored ? fillerOf(generator, stored, { ...SCALAR, again }) : tableFiller(generator);
  const out = new Float64Array(buffer, 0, SIZE);
  return {
    name: `${generator.name}, ${transform.name}, WebAssembly`,
    out,
    fill(firstSample) {
      begin(firstSample, LANES, 0);
      fill(GENERATOR.key, firstSample, 0, 0, 0, ROWS / 4);
    },
  };
}

/** By the library's function, four samples by JavaScript where it stops. */
function tableFiller(generator: Generator) {
  const { emitted } = generator;
  const functions = [...NOISE.slice(1), normalsFunction(emitted.rounds, emitted.words)];
  const { buffer, exports, head } = instanceOf(functions, [], {});
  rowFill(buffer, HEAD_AT, exports); // writes the table
  const normals = exports["normals"] as Exported;
  const out = new Float64Array(buffer, 0, SIZE);
  const fillLanes = lanesOf(generator, TABLE);
  const four = new Float64Array(16);
  return {
    buffer,
    fill(key: Int32Array, c0: number, c1: number, c2: number, c3: number, blocks: number): void {
      for (let block = 0; block < blocks; block++) {
        for (let i = 0; i < LANES; i += 4) {
          emitted.setHead(head, key, c1, c2 + block, c3);
          const [row0, row1, row2, row3] = [0, 1, 2, 3].map((j) => 8 * ((4 * block + j) * LANES + i));
          i += normals(HEAD_AT, row0!, row1!, row2!, row3!, 4, 8 * (LANES - i), c0 + i, 0) >> 3;
          if (i === LANES) break;
          fillLanes(four, c0 + i, 4, 4 * block, 4);
          for (let j = 0; j < 16; j++) out[(4 * block + (j >> 2)) * LANES + i + (j & 3)] = four[j]!;
        }
      }
    },
  };
}
