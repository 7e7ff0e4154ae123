import { fillNormals, fillRows, type NormalFill } from "./fill.ts";

/**
 * What a back end does of a fill in its own memory, with the same bits: the normals of samples firstSample + i, i = 0, 1, …, in
 * four dimensions or fewer (`rows`), whose rows begin at `at`, `stride` apart.
 *
 * Using: the words of counters (sample, c2, c3), shifted down by `bits` under the digits that lie in the rows already. It goes
 * on in steps of four samples, while there are four and none of their words lies beyond the table of normals.
 * Returns: how many samples it has filled.
 */
export type RowFill = (
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
      i += rowFill(at + i, stride, Math.min(4, rows), generator.key, sample, block, 2 * stream, lanes - i, 0);
      // Where it stopped the next four are filled here.
      const n = Math.min(4, lanes - i);
      fillRows(out, at + i, stride, generator, stream, firstSample + i, n, block, rows);
      i += n;
    }
  }
};
