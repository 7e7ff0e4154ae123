/** Mean and covariance of lanes: values[offset + p·stride + i] is sample i of variable p, p < size, i < n. */
import { checkLength, checkSize } from "./shape.ts";

/**
 * Mean of each variable; out: size.
 *
 * Summed about the first sample, so that a mean far from 0 costs no digits. Throws RangeError if the rows do not lie
 * inside `values`, or naming the first value that is not finite. Cost: size·n additions, no allocation.
 */
export function lanesMeanInto(
  out: Float64Array,
  values: Float64Array,
  offset: number,
  stride: number,
  size: number,
  n: number,
): void {
  check("lanesMean", values, offset, stride, size, n);
  checkLength("lanesMean", "out", out, size);
  for (let p = 0; p < size; p++) {
    const row = offset + p * stride;
    const first = values[row]!;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[row + i]! - first;
    out[p] = first + sum / n;
    if (!Number.isFinite(out[p]!)) throw notFinite(values, row, p, n);
  }
}

/**
 * Covariance of the variables, out: size×size, full and with divisor n − 1 (NaN for n = 1), and their means, mean: size.
 *
 * Two passes, the second about the means: the error of an entry is about n·2⁻⁵³ of the product of the two standard
 * deviations, however far from 0 the means are. Throws as `lanesMeanInto`. Cost: size²·n/2 multiplications, no allocation.
 * For samples that come in batches there is `accumulateCovariance`.
 */
export function lanesCovarianceInto(
  out: Float64Array,
  mean: Float64Array,
  values: Float64Array,
  offset: number,
  stride: number,
  size: number,
  n: number,
): void {
  checkLength("lanesCovariance", "out", out, size, size);
  lanesMeanInto(mean, values, offset, stride, size, n);
  for (let p = 0; p < size; p++)
    for (let q = 0; q <= p; q++) {
      const [x, y] = [offset + p * stride, offset + q * stride];
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (values[x + i]! - mean[p]!) * (values[y + i]! - mean[q]!);
      out[p * size + q] = sum / (n - 1);
      out[q * size + p] = out[p * size + q]!;
    }
}

function check(caller: string, values: Float64Array, offset: number, stride: number, size: number, n: number): void {
  checkSize(caller, "size", size, 1);
  checkSize(caller, "n", n, 1);
  const end = offset + (size - 1) * stride + n;
  if (!(offset >= 0 && stride >= 0 && Number.isSafeInteger(end) && end <= values.length))
    throw new RangeError(
      `${caller}: the lanes do not lie inside values; got offset ${offset}, stride ${stride} and an end at ${end}, expected an end ≤ ${values.length}`,
    );
}

function notFinite(values: Float64Array, row: number, p: number, n: number): RangeError {
  let i = 0;
  while (i < n && Number.isFinite(values[row + i]!)) i++;
  const found = i < n ? `${values[row + i]} in lane ${i}` : "a sum that overflows";
  return new RangeError(`lanesMean: variable ${p} has no finite mean; got ${found}, expected finite numbers`);
}
