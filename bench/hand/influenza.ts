import { INFLUENZA_DEATHS } from "../library.ts";
import { density, HALF_LOG_2PI, type HandWritten, sigmoid, softplus } from "./gradient.ts";

/** influenza: forward over the months, then backward through the two autoregressions. */
export function handInfluenza(): HandWritten {
  const months = INFLUENZA_DEATHS.length;
  const latents = 1 + 3 * months;
  const y = Float64Array.from(INFLUENZA_DEATHS);
  const [alpha1, alpha2, beta0, beta1] = [1.406, -0.622, 0.21, -0.312];
  const [precisionV, precisionW, precisionY] = [1 / 0.023 ** 2, 1 / 0.112 ** 2, 1 / 0.002 ** 2];
  const constant = -months * (Math.log(0.023) + Math.log(0.112) + Math.log(0.002) + HALF_LOG_2PI);
  const room = (): Float64Array => new Float64Array(latents);
  const [mu, sd, slope, perSd, z, g, sumMu, sumRho] = [room(), room(), room(), room(), room(), room(), room(), room()];
  const [weightMu, weightRho] = [new Float64Array(months + 1), new Float64Array(months + 1)];
  const [a, c] = [new Float64Array(months + 2), new Float64Array(months + 1)];

  return {
    constants: y,
    add(out, theta, noise, stride, n) {
      let offset = constant;
      for (let i = 0; i < latents; i++) {
        const rho = theta[latents + i]!;
        mu[i] = theta[i]!;
        sd[i] = softplus(rho);
        slope[i] = sigmoid(rho);
        perSd[i] = 1 / sd[i]!;
        offset += Math.log(sd[i]!);
      }
      for (let month = 0; month <= months; month++) {
        const i = 3 * month;
        weightMu[month] = density(0, mu[i]!, sd[i]!);
        weightRho[month] = -weightMu[month]! * slope[i]! * mu[i]! * perSd[i]!;
      }
      sumMu.fill(0);
      sumRho.fill(0);
      let sumValue = 0;
      for (let j = 0; j < n; j++) {
        let squares = 0;
        for (let i = 0; i < latents; i++) {
          const u = noise[i * stride + j]!;
          z[i] = mu[i]! + sd[i]! * u;
          squares += u * u;
        }
        const f0 = z[0]!;
        let value = offset + 0.5 * squares - 0.5 * f0 * f0;
        g[0] = -f0;
        let previous = f0;
        for (let month = 1; month <= months; month++) {
          const i = 3 * month;
          const v = z[i - 2]!;
          const w = z[i - 1]!;
          const f = z[i]!;
          const am = alpha1 * a[month]! + alpha2 * a[month - 1]! + v;
          const cm = beta1 * c[month - 1]! + beta0 + w;
          a[month + 1] = am;
          c[month] = cm;
          const df = f - (previous > 0 ? 0.67 : -0.67);
          const plain = y[month - 1]! - am;
          const epidemic = plain - cm;
          const residual = f > 0 ? plain : epidemic;
          value -= 0.5 * (precisionV * v * v + precisionW * w * w + df * df + precisionY * residual * residual);
          g[i - 2] = precisionY * residual; // for now: what the observation asks of a
          g[i] = -df;
          // Across f = 0: this month's observation, and the mean of the next f.
          let jump = 0.5 * precisionY * (epidemic * epidemic - plain * plain);
          if (month < months) jump += 1.34 * z[i + 3]!;
          sumMu[i]! += weightMu[month]! * jump;
          sumRho[i]! += weightRho[month]! * jump;
          previous = f;
        }
        sumMu[0]! += weightMu[0]! * 1.34 * z[3]!;
        sumRho[0]! += weightRho[0]! * 1.34 * z[3]!;
        let [next, afterNext, nextC] = [0, 0, 0];
        for (let month = months; month >= 1; month--) {
          const i = 3 * month;
          const residual = g[i - 2]!;
          const da = residual + alpha1 * next + alpha2 * afterNext;
          const dc = (z[i]! > 0 ? 0 : residual) + beta1 * nextC;
          g[i - 2] = da - precisionV * z[i - 2]!;
          g[i - 1] = dc - precisionW * z[i - 1]!;
          afterNext = next;
          next = da;
          nextC = dc;
        }
        for (let i = 0; i < latents; i++) {
          sumMu[i]! += g[i]!;
          sumRho[i]! += slope[i]! * (g[i]! * noise[i * stride + j]! + perSd[i]!);
        }
        sumValue += value;
      }
      for (let i = 0; i < latents; i++) {
        out[i]! += sumMu[i]!;
        out[latents + i]! += sumRho[i]!;
      }
      out[2 * latents]! += sumValue;
    },
  };
}
