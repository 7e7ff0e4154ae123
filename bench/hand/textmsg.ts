import { lgammaOf, normalQuantile, TEXT_MESSAGE_COUNTS } from "../library.ts";
import { density, type HandWritten, sigmoid, softplus } from "./gradient.ts";

/** textmsg: one pass over the days for each sample, everything that no sample changes computed beforehand. */
export function handTextmsg(): HandWritten {
  const days = TEXT_MESSAGE_COUNTS.length;
  const total = TEXT_MESSAGE_COUNTS.reduce((sum, count) => sum + count, 0);
  const sd = Math.sqrt(Math.log(2));
  const mean = Math.log(total / days) - (sd * sd) / 2;
  const precision = 1 / (sd * sd);
  const observed = Float64Array.from({ length: days >> 1 }, (_, k) => TEXT_MESSAGE_COUNTS[2 * k + 1]!);
  const threshold = observed.map((_, k) => normalQuantile((2 * k + 2) / (days + 1)));
  const constant = -2 * Math.log(sd) - observed.reduce((sum, count) => sum + lgammaOf(count + 1), 0); // ½ log 2π cancels
  const ifs = observed.length;
  const [weightMu, weightRho] = [new Float64Array(ifs), new Float64Array(ifs)];

  return {
    constants: Float64Array.of(mean, sd, constant, ...observed, ...threshold),
    add(out, theta, noise, stride, n) {
      const [m0, m1, m2] = [theta[0]!, theta[1]!, theta[2]!];
      const [s0, s1, s2] = [softplus(theta[3]!), softplus(theta[4]!), softplus(theta[5]!)];
      const [d0, d1, d2] = [sigmoid(theta[3]!), sigmoid(theta[4]!), sigmoid(theta[5]!)];
      for (let k = 0; k < ifs; k++) {
        weightMu[k] = density(threshold[k]!, m2, s2);
        weightRho[k] = (weightMu[k]! * d2 * (threshold[k]! - m2)) / s2;
      }
      const offset = constant + Math.log(s0) + Math.log(s1) + Math.log(s2);
      let [sumM0, sumM1, sumM2, sumR0, sumR1, sumR2, sumValue] = [0, 0, 0, 0, 0, 0, 0];
      for (let j = 0; j < n; j++) {
        const u0 = noise[j]!;
        const u1 = noise[stride + j]!;
        const u2 = noise[2 * stride + j]!;
        const x0 = m0 + s0 * u0;
        const x1 = m1 + s1 * u1;
        const z = m2 + s2 * u2;
        const rate0 = Math.exp(x0);
        const rate1 = Math.exp(x1);
        const [c0, c1] = [x0 - mean, x1 - mean];
        let value = offset - 0.5 * (precision * (c0 * c0 + c1 * c1) + z * z - u0 * u0 - u1 * u1 - u2 * u2);
        let g0 = -precision * c0;
        let g1 = -precision * c1;
        let jumpMu = 0;
        let jumpRho = 0;
        for (let k = 0; k < ifs; k++) {
          const count = observed[k]!;
          const early = count * x0 - rate0;
          const late = count * x1 - rate1;
          if (z > threshold[k]!) {
            value += early;
            g0 += count - rate0;
          } else {
            value += late;
            g1 += count - rate1;
          }
          const jump = early - late;
          jumpMu += weightMu[k]! * jump;
          jumpRho += weightRho[k]! * jump;
        }
        sumM0 += g0;
        sumM1 += g1;
        sumM2 += jumpMu - z;
        sumR0 += d0 * (g0 * u0 + 1 / s0);
        sumR1 += d1 * (g1 * u1 + 1 / s1);
        sumR2 += d2 * (1 / s2 - z * u2) + jumpRho;
        sumValue += value;
      }
      out[0]! += sumM0;
      out[1]! += sumM1;
      out[2]! += sumM2;
      out[3]! += sumR0;
      out[4]! += sumR1;
      out[5]! += sumR2;
      out[6]! += sumValue;
    },
  };
}
