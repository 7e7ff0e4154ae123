import { ROOM_TEMPERATURES } from "../library.ts";
import { density, HALF_LOG_2PI, type HandWritten, sigmoid, softplus } from "./gradient.ts";

/** temperature: one pass over the steps for each sample; every boundary touches one or two terms. */
export function handTemperature(): HandWritten {
  const steps = ROOM_TEMPERATURES.length - 1;
  const latents = 1 + 2 * steps;
  const y = Float64Array.from(ROOM_TEMPERATURES);
  const [decay, sdOff, sdOn, sharp] = [1 - 1 / 15, 0.4, 0.44, 1e6]; // sharp: precision of the switch and of theta0
  const [precisionOff, precisionOn] = [1 / sdOff ** 2, 1 / sdOn ** 2];
  const [driftOff, driftOn] = [32 / 15, 11 / 15];
  const [logOff, logOn] = [Math.log(sdOff), Math.log(sdOn)];
  const constant = -(steps + 1) * (HALF_LOG_2PI + Math.log(0.001));
  const room = (): Float64Array => new Float64Array(latents);
  const [mu, sd, slope, perSd, g, sumMu, sumRho] = [room(), room(), room(), room(), room(), room(), room()];
  const z = new Float64Array(latents + 2);
  // Weight of θ = 18, of θ = 22 (theta latents) and of q = 0.5 (switch latents) for μ and ρ.
  const [lowMu, lowRho, highMu, highRho] = [room(), room(), room(), room()];
  const weigh = (intoMu: Float64Array, intoRho: Float64Array, i: number, at: number): void => {
    intoMu[i] = density(at, mu[i]!, sd[i]!);
    intoRho[i] = (intoMu[i]! * slope[i]! * (at - mu[i]!)) / sd[i]!;
  };

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
        if (i % 2 === 1) weigh(lowMu, lowRho, i, 0.5);
        else {
          weigh(lowMu, lowRho, i, 18);
          weigh(highMu, highRho, i, 22);
        }
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
        const first = z[0]! - 20;
        const residual0 = y[0]! - z[0]!;
        let value = offset + 0.5 * squares - 0.5 * (sharp * first * first + residual0 * residual0);
        g[0] = residual0 - sharp * first;
        let cooling = 0;
        for (let step = 1; step <= steps; step++) {
          const q = 2 * step - 1;
          const before = z[q - 1]!;
          const switched = z[q]!;
          const after = z[q + 1]!;
          const objective = before < 18 ? 0 : before > 22 ? 1 : cooling;
          const off = sharp * (switched - objective);
          const fromOne = switched - 1;
          const fromCooling = switched - cooling;
          // Across θ = 18 the objective goes from 0 to what it was; across 22 from what it was to 1.
          const low = 0.5 * sharp * (switched * switched - fromCooling * fromCooling);
          const high = 0.5 * sharp * (fromCooling * fromCooling - fromOne * fromOne);
          sumMu[q - 1]! += lowMu[q - 1]! * low + highMu[q - 1]! * high;
          sumRho[q - 1]! += lowRho[q - 1]! * low + highRho[q - 1]! * high;
          cooling = switched > 0.5 ? 1 : 0;
          const base = after - decay * before;
          const [dOn, dOff] = [base - driftOn, base - driftOff];
          const on = -0.5 * precisionOn * dOn * dOn - logOn;
          const idle = -0.5 * precisionOff * dOff * dOff - logOff;
          let jump = on - idle;
          if (step < steps && !(after < 18) && !(after > 22)) jump += sharp * (z[q + 2]! - 0.5);
          sumMu[q]! += lowMu[q]! * jump;
          sumRho[q]! += lowRho[q]! * jump;
          const residual = y[step]! - after;
          value += (cooling ? on : idle) - 0.5 * (off * (switched - objective) + residual * residual);
          const pull = cooling ? precisionOn * dOn : precisionOff * dOff;
          g[q - 1]! += decay * pull;
          g[q] = -off;
          g[q + 1] = residual - pull;
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
