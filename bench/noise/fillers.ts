/** Fills of 64 samples in 8 dimensions, made of a generator and a transform, or by the library. */
import { makeGenerator, type NormalFill, noiseRequest, type RowFill } from "../library.ts";
import type { Generator } from "./generators.ts";
import type { Further, Transform } from "./transforms.ts";

export const LANES = 64;
export const ROWS = 8;
export const SIZE: number = LANES * ROWS;
/** Counters of further words. */
const FURTHER = 0x50000000;

export type Numbers = Float64Array | Int32Array;

export interface Filler<N extends Numbers = Float64Array> {
  readonly name: string;
  readonly out: N;
  /** Fills `out` with the normals, or words, of 64 samples. */
  readonly fill: (firstSample: number) => void;
}

export const GENERATOR = makeGenerator(20181206);
const { key } = GENERATOR;

/** Further words for places in rows of `lanes` samples from a first one on, and from a first row on. */
export function furtherOf({ fill }: Generator) {
  const block = new Int32Array(4);
  let [first, count, firstRow] = [0, 0, 0];
  const begin = (firstSample: number, lanes: number, row: number): void => {
    first = firstSample;
    count = lanes;
    firstRow = row;
  };
  const further: Further = (place, attempt) => {
    const [row, lane] = [firstRow + Math.floor(place / count), place % count];
    fill(block, key, first + lane, 0, FURTHER + 256 * row + attempt, 0, 1, 1);
    return block;
  };
  return { begin, further };
}

/** The numbers of `lanes` samples in `rows` dimensions from `row` on, a multiple of four. */
export function lanesOf(generator: Generator, transform: Transform) {
  const words = new Int32Array(SIZE);
  const { begin, further } = furtherOf(generator);
  return (out: Float64Array, firstSample: number, lanes: number, row: number, rows: number): void => {
    begin(firstSample, lanes, row);
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

/** What the library does for groups of samples, in JavaScript and by the help of `memory`. */
export function library(
  name: string,
  fill: NormalFill,
  group: number,
  memory: { readonly out: Float64Array; readonly rowFill: RowFill },
): [Filler, Filler] {
  const filler = (where: string, out: Float64Array, rowFill?: RowFill): Filler => {
    const request = noiseRequest({ out, generator: GENERATOR, lanes: LANES, dimensions: ROWS, group, rowFill });
    return {
      name: `${name}${where}`,
      out,
      fill: (first) => {
        request.firstSample = first;
        fill(request);
      },
    };
  };
  return [filler("", new Float64Array(SIZE)), filler(", WebAssembly", memory.out, memory.rowFill)];
}
