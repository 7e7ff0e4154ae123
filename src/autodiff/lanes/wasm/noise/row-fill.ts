/**
 * `RowFill` in the modules and memories of the WebAssembly back ends. Their exported functions take positional numbers, most of them
 * addresses in bytes; the records of the contract are taken apart here and nowhere else.
 */
import type { RowFill } from "../../../../random/contract.ts";
import { wholeNormalTable } from "../../../../random/normal-table.ts";
import type { FunctionSpec } from "../encoder.ts";
import { normalsFunction, TABLE_OFFSET } from "./normals.ts";
import { ROOM_BYTES, SCRAMBLE } from "./scramble.ts";
import { digitsAt, POINTS_BYTES, POINTS_FUNCTION, productsAt, setPointTables } from "./sobol-points.ts";
import { HEAD_WORDS, setHead } from "./threefry.ts";

/** Doubles in an octave of the table. */
const OCTAVE = 128;
/** Bytes of memory that they need, from a multiple of 64 on. */
export const NOISE_BYTES: number = TABLE_OFFSET + 8 * 12 * OCTAVE + POINTS_BYTES + ROOM_BYTES;

/** What a module needs for `rowFill`. */
export const NOISE: readonly FunctionSpec[] = /* @__PURE__ */ [
  /* @__PURE__ */ normalsFunction(20),
  SCRAMBLE,
  POINTS_FUNCTION,
];

type Exported = (...numbers: number[]) => number;

/** For places in a memory that has room for what the functions need from `base` on; `exports`: of the module's instance. */
export function rowFill(buffer: ArrayBuffer, base: number, exports: { readonly [name: string]: unknown }): RowFill {
  const head = new Int32Array(buffer, base, HEAD_WORDS);
  const whole = wholeNormalTable();
  const table = new Float64Array(buffer, base + TABLE_OFFSET, whole.length);
  for (let at = 0; at < table.length; at += OCTAVE)
    table.set(whole.subarray(at, at + OCTAVE), table.length - OCTAVE - at);
  const normals = exports["normals"] as Exported;
  const scramble = exports["scramble"] as Exported;
  const points = exports["points"] as Exported;
  const room = base + NOISE_BYTES - ROOM_BYTES;
  const tables = room - POINTS_BYTES;
  setPointTables(new Uint8Array(buffer, tables, POINTS_BYTES));
  const mapInRoom = new Uint16Array(buffer, room, 512);
  return {
    normals(request, done, d, kind, bits) {
      const { stride, generator, stream } = request;
      const firstSample = request.firstSample + done;
      const lanes = request.lanes - done;
      const high = Math.floor(firstSample / 4294967296);
      // Four at a time; and a carry into the high word, once in 2³² samples, is left to the caller.
      if (lanes < 4 || firstSample + lanes > (high + 1) * 4294967296) return 0;
      setHead(head, generator.key, 0, high, kind + (d >>> 2), 2 * stream);
      const rows = Math.min(4, request.dimensions - d);
      const first = 8 * (request.at + d * stride + done);
      // A row that there is not is read as row 0 and not written.
      const row1 = rows > 1 ? first + 8 * stride : first;
      const row2 = rows > 2 ? row1 + 8 * stride : first;
      const row3 = rows > 3 ? row2 + 8 * stride : first;
      return normals(base, first, row1, row2, row3, rows, 8 * (lanes & ~3), firstSample | 0, bits) >> 3;
    },
    scramble({ at, from, lanes, map, bits, below, stream, batch, kind }, { key }) {
      mapInRoom.set(map);
      setHead(head, key, batch | 0, (batch / 4294967296) | 0, kind, 2 * stream);
      // Paths of as many levels as pay for themselves.
      const levels = Math.min(bits - below, 35 - Math.clz32(lanes));
      scramble(base, room, 8 * at, 8 * from, 8 * lanes, bits, below, levels);
    },
    points({ at, first, lanes, bits, factor, order, column, coins }) {
      if (bits === 0 || bits > 4 || lanes % 2 === 1) return false;
      const products = tables + productsAt(bits, factor);
      const digits = tables + digitsAt(bits, column);
      points(8 * at, lanes, first, bits, products, order, digits, coins);
      return true;
    },
  };
}
