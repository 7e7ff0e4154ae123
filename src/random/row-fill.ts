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
