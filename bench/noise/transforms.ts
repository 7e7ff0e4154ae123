/** Ways from words to normals, side by side: of rows of words, `lanes` in each, rows of as many numbers. */
import {
  beyondTable,
  cosOf,
  expOf,
  logOf,
  normalCdfOf,
  normalOfWordInto,
  normalQuantile,
  sinOf,
  wholeNormalTable,
} from "../library.ts";
import { POLAR, type Stored, ZIGGURAT } from "./wasm-transforms.ts";

/** Further words for the number at a place, four for each attempt, from counters that depend on nothing else. */
export type Further = (place: number, attempt: number) => Int32Array;

export interface Transform {
  readonly name: string;
  readonly fill: (out: Float64Array, words: Int32Array, lanes: number, rows: number, further: Further) => void;
  /** In WebAssembly; absent: what the library has there. */
  readonly stored?: Stored;
}

const TWO_32 = 4294967296;
const TWO_NEG_32 = 2 ** -32;

/** 32 bits a number, 32 more in the tails: what `fillNormals` does. */
function byTable(out: Float64Array, words: Int32Array, lanes: number, rows: number, further: Further): void {
  const table = wholeNormalTable();
  for (let place = 0; place < rows * lanes; place++) {
    const word = words[place]!;
    if (!beyondTable(word)) {
      normalOfWordInto(out, place, table, word);
      continue;
    }
    const low = further(place, 0)[0]! >>> 0;
    const x = normalQuantile(((word & 0x7fffffff) * TWO_32 + low + 0.5) * 2 ** -64);
    out[place] = word < 0 ? -x : x;
  }
}

/** Two numbers from two words: √(−2 log u) times cosine and sine of 2πv. None is beyond 6.8. */
function byPolar(out: Float64Array, words: Int32Array, lanes: number, rows: number): void {
  for (let row = 0; row < rows; row += 2)
    for (let i = row * lanes; i < (row + 1) * lanes; i++) {
      const radius = Math.sqrt(-2 * logOf(((words[i]! >>> 0) + 0.5) * TWO_NEG_32));
      const angle = words[i + lanes]! * (2 * Math.PI * TWO_NEG_32);
      out[i] = radius * cosOf(angle);
      out[i + lanes] = radius * sinOf(angle);
    }
}

/**
 * Layers of equal area V under exp(−x²/2), x ≥ 0: layer i reaches from 0 to EDGES[i], layer 0 with the tail beyond R.
 * Source: Marsaglia and Tsang, "The ziggurat method for generating random variables", J. Stat. Software 5 (2000) 8; R is the
 * root for which the layers end at the top.
 */
const LAYERS = 256;
const R = 3.6541528853610088;
const HEIGHT = (x: number): number => expOf(-0.5 * x * x);
const BEYOND_R = normalCdfOf(-R);
const V = R * HEIGHT(R) + Math.sqrt(2 * Math.PI) * BEYOND_R;
export const EDGES: Float64Array = edges();
const HEIGHTS = EDGES.map(HEIGHT);
function edges(): Float64Array {
  const found = new Float64Array(LAYERS + 1);
  found[0] = V / HEIGHT(R);
  found[1] = R;
  for (let i = 2; i < LAYERS; i++) found[i] = Math.sqrt(-2 * logOf(V / found[i - 1]! + HEIGHT(found[i - 1]!)));
  return found;
}

function byZiggurat(out: Float64Array, words: Int32Array, lanes: number, rows: number, further: Further): void {
  const edges = EDGES;
  for (let place = 0; place < rows * lanes; place++) out[place] = ofLayers(edges, words[place]!, place, further);
}

/** 8 bits choose a layer, 24 a place in it: of a word alone, numbers lie on grids of 4e-7. About one in 80 takes further words. */
export function ofLayers(edges: Float64Array, word: number, place: number, further: Further): number {
  const layer = word & 255;
  const x = ((word >> 8) + 0.5) * 1.1920928955078125e-7 * edges[layer]!; // 2⁻²³
  return Math.abs(x) < edges[layer + 1]! ? x : edgeOrAgain(x, layer, place, further);
}

function edgeOrAgain(first: number, firstLayer: number, place: number, further: Further): number {
  let x = first;
  let layer = firstLayer;
  for (let attempt = 0; ; attempt++) {
    const words = further(place, attempt);
    const uniform = ((words[0]! >>> 0) + 0.5) * TWO_NEG_32;
    if (layer > 0) {
      const low = HEIGHTS[layer]!;
      if (low + uniform * (HEIGHTS[layer + 1]! - low) < HEIGHT(x)) return x;
    } else {
      const beyond = -normalQuantile(uniform * BEYOND_R);
      return x < 0 ? -beyond : beyond;
    }
    layer = words[2]! & 255;
    x = ((words[1]! >> 8) + 0.5) * 1.1920928955078125e-7 * EDGES[layer]!;
    if (Math.abs(x) < EDGES[layer + 1]!) return x;
  }
}

export const TABLE: Transform = { name: "table", fill: byTable };
export const TRANSFORMS: readonly Transform[] = [
  TABLE,
  { name: "Box–Muller", fill: byPolar, stored: POLAR },
  { name: "ziggurat", fill: byZiggurat, stored: ZIGGURAT },
];
