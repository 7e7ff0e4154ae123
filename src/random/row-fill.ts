import { fillNormals, fillRows, type NormalFill } from "./fill.ts";
import type { LinearTable } from "./sobol-points.ts";

/** Levels of a tree of coins that is made for a whole row; deeper ones are made for each point. */
export const TREE_LEVELS = 11;

/**
 * What a back end does of fills in its own memory, with the same bits: for samples i = 0, 1, … of a row that begins at `at`, in
 * steps of four while there are four. The first returns how many samples it has done; the others are left to the caller.
 */
export interface RowFill {
  /**
   * The normals of samples firstSample + i in four dimensions or fewer (`rows`), whose rows lie `stride` apart.
   *
   * Using: the words of counters (sample, c2, c3), shifted down by `bits` under the digits that lie in the rows already. Stops
   * before four samples among whose words one lies beyond the table of normals.
   */
  readonly normals: (
    at: number,
    stride: number,
    rows: number,
    key: Int32Array,
    firstSample: number,
    c2: number,
    c3: number,
    lanes: number,
    bits: number,
  ) => number;
  /**
   * The digits of a linear map of the indices in the row `from`, each but the last `below` flipped by the coin that counters
   * (batch, c2, c3) have for the digits before it: `flipByTree` of `scramble.ts`, of at most `TREE_LEVELS` levels.
   */
  readonly scramble: (
    at: number,
    from: number,
    lanes: number,
    map: LinearTable,
    key: Int32Array,
    batch: number,
    c2: number,
    c3: number,
    bits: number,
    below: number,
  ) => void;
  /**
   * The scrambled digits of points first, first + 1, … of at most 2^bits in coordinate `column`: their indices flipped by the
   * coins `order` and multiplied by `factor`, their digits flipped by `coins`. False where it leaves all to the caller.
   */
  readonly points: (
    at: number,
    first: number,
    lanes: number,
    bits: number,
    factor: number,
    order: number,
    column: number,
    coins: number,
  ) => boolean;
}

/** `fillNormals` with the help of a back end, where there is one. */
export const fillNormalsWithHelp: NormalFill = (
  out,
  offset,
  stride,
  generator,
  stream,
  firstSample,
  lanes,
  dimensions,
  _group,
  rowFill,
) => {
  if (!rowFill) {
    fillNormals(out, offset, stride, generator, stream, firstSample, lanes, dimensions);
    return;
  }
  for (let d = 0; d < dimensions; d += 4) {
    const [at, block, rows] = [offset + d * stride, d >>> 2, dimensions - d];
    for (let i = 0; i < lanes; ) {
      const sample = firstSample + i;
      i += rowFill.normals(at + i, stride, Math.min(4, rows), generator.key, sample, block, 2 * stream, lanes - i, 0);
      // Where it stopped the next four are filled here.
      const n = Math.min(4, lanes - i);
      fillRows(out, at + i, stride, generator, stream, firstSample + i, n, block, rows);
      i += n;
    }
  }
};
