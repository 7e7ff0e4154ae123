/**
 * WebAssembly modules assembled byte by byte: as much of the binary format as the lane kernels need, SIMD included.
 * Source: WebAssembly core specification 2.0, chapter 5.
 */

/** Bytes that are appended to. */
class Bytes {
  #data = new Uint8Array(64);
  length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#data[this.length++] = value;
  }

  append(bytes: Uint8Array | readonly number[]): void {
    this.#reserve(bytes.length);
    this.#data.set(bytes, this.length);
    this.length += bytes.length;
  }

  // LEB128, seven bits at a time.
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  signed(value: number): void {
    let rest = value;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  /** A view of what has been appended. */
  get data(): Uint8Array<ArrayBuffer> {
    return this.#data.subarray(0, this.length);
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#data.length) return;
    const larger = new Uint8Array(2 * (this.length + count));
    larger.set(this.#data);
    this.#data = larger;
  }
}

/** Code of one function body, to which instructions are appended. */
export class Code {
  readonly bytes: Bytes = new Bytes();

  /** A plain instruction with its immediate integers, unsigned. */
  op(opcode: number, ...immediates: number[]): this {
    this.bytes.byte(opcode);
    for (const value of immediates) this.bytes.unsigned(value);
    return this;
  }

  /** A SIMD instruction. */
  simd(name: keyof typeof SIMD, ...immediates: number[]): this {
    this.bytes.byte(0xfd);
    this.bytes.unsigned(SIMD[name]);
    for (const value of immediates) this.bytes.unsigned(value);
    return this;
  }

  get(local: number): this {
    return this.op(0x20, local);
  }

  set(local: number): this {
    return this.op(0x21, local);
  }

  tee(local: number): this {
    return this.op(0x22, local);
  }

  call(index: number): this {
    return this.op(0x10, index);
  }

  i32(value: number): this {
    this.bytes.byte(0x41);
    this.bytes.signed(value);
    return this;
  }

  /** Both lanes the same double. */
  f64x2(value: number): this {
    return this.#constant(Float64Array.of(value, value));
  }

  /**
   * The mask of a pair's lanes that are among the n to be run: all bits of both, or only those of the first. `at` is the
   * local with eight times the number of the first lane, `n` that with the number of lanes.
   */
  liveLanes(at: number, n: number): this {
    this.i32x4(-1, -1, -1, -1).i32x4(-1, -1, 0, 0);
    this.get(at).i32(8).op(0x6a).get(n).i32(3).op(0x74).op(0x48); // at + 8 < 8 n
    return this.op(0x1c, 1, V128); // select
  }

  /** Both lanes the same 64-bit integer, given by its high and low words. */
  i64x2(high: number, low: number): this {
    return this.i32x4(low, high, low, high);
  }

  /** Four lanes of 32-bit integers. */
  i32x4(...words: readonly [number, number, number, number]): this {
    return this.#constant(Int32Array.from(words));
  }

  #constant(value: Float64Array | Int32Array): this {
    this.bytes.byte(0xfd);
    this.bytes.byte(12);
    this.bytes.append(new Uint8Array(value.buffer));
    return this;
  }
}

// biome-ignore format: a table
export const SIMD = {
  load: 0, load32x2_s: 5, load16_splat: 8, load32_splat: 9, load64_splat: 10, store: 11, shuffle: 13, load64_lane: 87, store32_lane: 90, store64_lane: 91,
  i64_splat: 18, splat: 20, extract: 33, replace: 34, demote: 94, promote: 95,
  eq: 71, ne: 72, lt: 73, gt: 74, ge: 76, not: 77, and: 78, andnot: 79, or: 80, xor: 81, bitselect: 82, any_true: 83,
  floor: 117, abs: 236, neg: 237, sqrt: 239, add: 240, sub: 241, mul: 242, div: 243, min: 244, max: 245, pmin: 246, pmax: 247,
  swizzle: 14, i8_splat: 15, i8_eq: 35, i8_shr_u: 109, i8_add: 110, i8_sub: 113,
  i16_splat: 16, i16_eq: 45, i16_shl: 139, i16_sub: 145, i16_extend_low_u8: 137, i16_extend_high_u8: 138, i32_extend_low_u16: 169, i32_extend_high_u16: 170,
  i16_extract_u: 25, i32_splat: 17, i32_extract: 27, i32_lt_s: 57, i32_shl: 171, i32_shr_s: 172, i32_shr_u: 173, i32_add: 174, i32_sub: 177, i32_min_s: 182,
  convert_low_i32: 254, i64_bitmask: 196, i64_extend_low_i32: 199, i64_shl: 203, i64_shr_s: 204, i64_shr_u: 205, i64_add: 206, i64_sub: 209,
} as const;

export const I32 = 0x7f;
const F64 = 0x7c;
export const V128 = 0x7b;

export interface FunctionSpec {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  /** Groups of locals: how many, of which type. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly code: Code;
  /** Name under which it is exported. */
  readonly name?: string;
}

/**
 * Constants of 16 bytes that functions of a module share: immutable globals, which engines load in one instruction, where a
 * constant in the code takes them three.
 */
export class Constants {
  readonly globals: number[][] = [];
  readonly #indices = new Map<string, number>();

  /** The index of the global with this 64-bit integer, given by its high and low words, in both lanes. */
  indexOf(high: number, low: number): number {
    const key = `${high} ${low}`;
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(Int32Array.of(low, high, low, high).buffer);
    this.#indices.set(key, this.globals.length);
    return this.globals.push([V128, 0, 0xfd, 12, ...bytes, 0x0b]) - 1;
  }
}

/** A function of numbers that a module calls, imported as "m" `name`. */
export interface ImportSpec {
  readonly name: string;
  readonly arity: number;
}

/**
 * A module of these functions over an imported memory "m" "m" of at least `pages` pages of 64 kB; `constants`: that they use;
 * `indirect`: positions of functions, in the order in which `call_indirect` numbers them. `call` numbers the imported functions
 * before the others.
 */
export function assemble(
  functions: readonly FunctionSpec[],
  pages: number,
  imports: readonly ImportSpec[],
  constants: Constants = new Constants(),
  indirect: readonly number[] = [],
): Uint8Array<ArrayBuffer> {
  const types = [
    ...functions.map(({ parameters, results }) => [0x60, ...vector(parameters), ...vector(results)]),
    ...imports.map(({ arity }) => [0x60, ...vector(new Array(arity).fill(F64)), ...vector([F64])]),
  ];
  const imported = imports.map(({ name }, index) => [
    ...text("m"),
    ...text(name),
    0,
    ...number(functions.length + index),
  ]);
  const exported = functions.flatMap(({ name }, index) =>
    name === undefined ? [] : [[...text(name), 0, ...number(imports.length + index)]],
  );
  const bytes = new Bytes();
  bytes.append([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  section(bytes, 1, types);
  section(bytes, 2, [...imported, [...text("m"), ...text("m"), 2, 0, ...number(pages)]]);
  section(
    bytes,
    3,
    functions.map((_, index) => number(index)),
  );
  if (indirect.length > 0) section(bytes, 4, [[0x70, 0, ...number(indirect.length)]]);
  section(bytes, 6, constants.globals);
  section(bytes, 7, exported);
  if (indirect.length > 0)
    section(bytes, 9, [
      [0, 0x41, 0, 0x0b, ...number(indirect.length), ...indirect.flatMap((index) => number(imports.length + index))],
    ]);
  section(bytes, 10, functions.map(bodyOf));
  return bytes.data.slice();
}

function bodyOf({ locals, code }: FunctionSpec): Uint8Array {
  const groups = [...number(locals.length), ...locals.flatMap(([count, type]) => [...number(count), type])];
  const body = new Bytes();
  body.unsigned(groups.length + code.bytes.length + 1);
  body.append(groups);
  body.append(code.bytes.data);
  body.byte(0x0b);
  return body.data;
}

function section(bytes: Bytes, id: number, items: readonly (Uint8Array | readonly number[])[]): void {
  const count = number(items.length);
  bytes.byte(id);
  bytes.unsigned(items.reduce((total, item) => total + item.length, count.length));
  bytes.append(count);
  for (const item of items) bytes.append(item);
}

function vector(items: readonly number[]): number[] {
  return [...number(items.length), ...items];
}

function text(name: string): number[] {
  return vector([...name].map((letter) => letter.charCodeAt(0)));
}

function number(value: number): number[] {
  const bytes = new Bytes();
  bytes.unsigned(value);
  return [...bytes.data];
}
