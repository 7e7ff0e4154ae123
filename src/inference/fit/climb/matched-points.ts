/**
 * The points of a fit's gradients, drawn once and matched: their mean in each dimension is 0 and their mean square 1.
 *
 * Of 64 low-discrepancy points the mean of ε² is off by 6 %, as it hangs on the few in the tails, and with it the scale of a
 * normal posterior. Matched points give that posterior exactly, and others with an error in the fourth and higher moments alone. The
 * price is a bias of order 1/count, far below the noise that it replaces; a gap is therefore estimated at points that are not matched.
 */
import { type Mutable, type NoiseRequest, type NormalFill, noiseRequest } from "../../../random/index.ts";

/** Numbers kept of a batch: 8 MB. Larger batches are drawn each time, and not matched, as they need it less. */
const MOST_KEPT = 1e6;

/**
 * Draws whole batches by `fill`, of samples s with the same ⌊s / group⌋, in pairs ε, −ε if `paired`, and serves their samples. Streams
 * of which `matched` is false get the numbers of `fill` as they are. `whiten` may match more of a batch, in rows of `group`.
 */
export function matchedFill(
  fill: NormalFill,
  paired: boolean,
  matched: (stream: number) => boolean,
  whiten?: (rows: Float64Array, group: number, dimensions: number) => void,
): NormalFill {
  let kept = new Float64Array(0);
  let owner: Int32Array | undefined;
  let [stream, batch, group, dimensions] = [-1, -1, -1, -1];
  let whole: Mutable<NoiseRequest> | undefined;
  return (request) => {
    const first = Math.floor(request.firstSample / request.group);
    if (!matched(request.stream) || request.group * request.dimensions > MOST_KEPT) {
      fill(request);
      return;
    }
    const known = owner === request.generator.key && stream === request.stream && batch === first;
    if (!known || group !== request.group || dimensions !== request.dimensions) {
      owner = request.generator.key;
      ({ stream, group, dimensions } = request);
      batch = first;
      const size = group * dimensions;
      if (kept.length < size) kept = new Float64Array(size);
      whole ??= noiseRequest(request);
      Object.assign(whole, request, { out: kept, at: 0, stride: group, firstSample: batch * group, lanes: group });
      whole.rowFill = undefined;
      fill(whole);
      for (let d = 0; d < dimensions; d++) match(kept.subarray(d * group, (d + 1) * group), paired);
      whiten?.(kept, group, dimensions);
    }
    const from = request.firstSample - batch * group;
    for (let d = 0; d < dimensions; d++)
      for (let i = 0; i < request.lanes; i++)
        request.out[request.at + d * request.stride + i] = kept[d * group + from + i]!;
  };
}

function match(row: Float64Array, paired: boolean): void {
  const count = row.length;
  if (count < 2) return;
  if (paired) for (let i = 1; i < count; i += 2) row[i] = -row[i - 1]!;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < count; i++) sum += row[i]!;
  const mean = sum / count;
  for (let i = 0; i < count; i++) squares += (row[i]! - mean) * (row[i]! - mean);
  const scale = squares > 0 ? Math.sqrt(count / squares) : 1;
  for (let i = 0; i < count; i++) row[i] = (row[i]! - mean) * scale;
}
