/** Fills of 64 samples in 8 dimensions, made of a generator and a transform, or by the library. */

import { assemble } from "../../src/backends/wasm-encoder.ts";
import { NOISE, NOISE_BYTES, rowFill } from "../../src/backends/wasm-noise.ts";
import { normalsFunction } from "../../src/backends/wasm-normals.ts";
import { makeGenerator, type NormalFill } from "../../src/random/index.ts";
import type { RowFill } from "../../src/random/row-fill.ts";
import type { Generator } from "./generators.ts";
import { type Further, TABLE, type Transform } from "./transforms.ts";

export const LANES = 64;
export const ROWS = 8;
export const SIZE: number = LANES * ROWS;
/** Counters of further words. */
const FURTHER = 0x50000000;

export interface Filler {
  readonly name: string;
  readonly out: Float64Array;
  /** Fills `out` with the normals of 64 samples. */
  readonly fill: (firstSample: number) => void;
}

export const GENERATOR = makeGenerator(20181206);
const { key } = GENERATOR;

/** The numbers of `lanes` samples in `rows` dimensions from `firstRow` on, a multiple of four. */
function lanesOf(generator: Generator, transform: Transform) {
  const words = new Int32Array(SIZE);
  const block = new Int32Array(4);
  let [first, count, firstRow] = [0, 0, 0];
  const further: Further = (place, attempt) => {
    const [row, lane] = [firstRow + Math.floor(place / count), place % count];
    generator.fill(block, key, first + lane, 0, FURTHER + 256 * row + attempt, 0, 1, 1);
    return block;
  };
  return (out: Float64Array, firstSample: number, lanes: number, row: number, rows: number): void => {
    first = firstSample;
    count = lanes;
    firstRow = row;
    generator.fill(words, key, firstSample, 0, row / 4, 0, lanes, rows / 4);
    transform.fill(out, words, lanes, rows, further);
  };
}

export function composed(generator: Generator, transform: Transform): Filler {
  const out = new Float64Array(SIZE);
  const fillLanes = lanesOf(generator, transform);
  return {
    name: `${generator.name}, ${transform.name}`,
    out,
    fill: (firstSample) => fillLanes(out, firstSample, LANES, 0, ROWS),
  };
}

function memoryWith(rounds: number): { out: Float64Array; rowFill: RowFill } {
  const base = 8 * SIZE;
  const pages = Math.ceil((base + NOISE_BYTES) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages });
  const module = new WebAssembly.Module(assemble([...NOISE.slice(1), normalsFunction(rounds)], pages, []));
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
  return {
    out: new Float64Array(memory.buffer, 0, SIZE),
    rowFill: rowFill(memory.buffer, base, exports),
  };
}

/** `composed` by Threefry and the table in WebAssembly: the same bits. */
export function inWebAssembly(generator: Generator, rounds: number): Filler {
  const { out, rowFill } = memoryWith(rounds);
  const fillLanes = lanesOf(generator, TABLE);
  const four = new Float64Array(16);
  const fill = (firstSample: number): void => {
    for (let row = 0; row < ROWS; row += 4)
      for (let i = 0; i < LANES; i += 4) {
        i += rowFill.normals(row * LANES + i, LANES, 4, key, firstSample + i, row / 4, 0, LANES - i, 0);
        if (i === LANES) break;
        fillLanes(four, firstSample + i, 4, row, 4);
        for (let j = 0; j < 16; j++) out[(row + (j >> 2)) * LANES + i + (j & 3)] = four[j]!;
      }
  };
  return { name: `${generator.name}, table, WebAssembly`, out, fill };
}

/** What the library does for groups of samples, in JavaScript and in WebAssembly. */
export function library(name: string, fill: NormalFill, group: number): [Filler, Filler] {
  const filler = (where: string, out: Float64Array, rowFill?: RowFill): Filler => ({
    name: `${name}${where}`,
    out,
    fill: (first) => fill(out, 0, LANES, GENERATOR, 0, first, LANES, ROWS, group, rowFill),
  });
  const wasm = memoryWith(20);
  return [filler("", new Float64Array(SIZE)), filler(", WebAssembly", wasm.out, wasm.rowFill)];
}
