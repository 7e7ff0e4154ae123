/** Time series: a lagged regression, a recursion of errors, one of variances. */
import { add, cauchy, dot, flat, iid, mul, normal, type Real, sqrt, square, sub, sum } from "../../src/index.ts";
import { ln, lnCauchy, lnNormal, lnShare, logistic, sumOf } from "./plain.ts";
import type { Row } from "./row.ts";
import { cut } from "./traced.ts";

export const SERIES: readonly Row[] = [
  {
    name: "arK",
    file: "arK",
    centre: [0, 0.5, 0, 0, 0, 0, -1],
    program: (data) => (context) => {
      const y: number[] = data.numbers("y");
      const alpha = context.sample("alpha", normal(0, 10));
      const beta = context.sample("beta", iid(normal(0, 10), data.number("K")));
      const sigma = cut(context, "sigma", cauchy(0, 2.5));
      for (let t = data.number("K"); t < y.length; t++) {
        const mean = add(
          alpha,
          dot(
            beta,
            beta.map((_, k) => y[t - 1 - k]!),
          ),
        );
        context.observe(normal(mean, sigma), y[t]!);
      }
    },
    plain: (data) => (u) => {
      const y: number[] = data.numbers("y");
      const K: number = data.number("K");
      const sigma = Math.exp(u[K + 1]!);
      let total = sumOf(u.slice(0, K + 1).map((x) => lnNormal(x, 0, 10))) + lnCauchy(sigma, 2.5) + u[K + 1]!;
      for (let t = K; t < y.length; t++) {
        let mean = u[0]!;
        for (let k = 1; k <= K; k++) mean += u[k]! * y[t - k]!;
        total += lnNormal(y[t]!, mean, sigma);
      }
      return total;
    },
  },
  {
    name: "arma11",
    file: "arma",
    centre: [0, 0.5, 0.3, -1],
    reach: 0.2,
    program: (data) => (context) => {
      const y: number[] = data.numbers("y");
      const mu = context.sample("mu", normal(0, 10));
      const phi = context.sample("phi", normal(0, 2));
      const theta = context.sample("theta", normal(0, 2));
      const sigma = cut(context, "sigma", cauchy(0, 2.5));
      let error: Real = 0;
      y.forEach((value, t) => {
        const before = t === 0 ? mul(phi, mu) : add(mul(phi, y[t - 1]!), mul(theta, error));
        error = sub(value, add(mu, before));
        context.observe(normal(0, sigma), error);
      });
    },
    plain: (data) => (u) => {
      const y: number[] = data.numbers("y");
      const [mu, phi, theta] = u as [number, number, number];
      const sigma = Math.exp(u[3]!);
      let total = lnNormal(mu, 0, 10) + lnNormal(phi, 0, 2) + lnNormal(theta, 0, 2) + lnCauchy(sigma, 2.5) + u[3]!;
      let error = 0;
      for (let t = 0; t < y.length; t++) {
        error = t === 0 ? y[0]! - mu - phi * mu : y[t]! - mu - phi * y[t - 1]! - theta * error;
        total += lnNormal(error, 0, sigma);
      }
      return total;
    },
  },
  {
    name: "garch11",
    file: "garch",
    centre: [5, 0.4, 0, -0.5],
    program: (data) => (context) => {
      const y: number[] = data.numbers("y");
      const mu = context.sample("mu", flat());
      const alpha0 = context.sample("alpha0", flat(0));
      const alpha1 = context.sample("alpha1", flat(0, 1));
      const beta1 = context.sample("beta1", flat(0, sub(1, alpha1)));
      let variance: Real = data.number("sigma1") ** 2;
      y.forEach((value, t) => {
        if (t > 0) variance = sum([alpha0, mul(alpha1, square(sub(y[t - 1]!, mu))), mul(beta1, variance)]);
        context.observe(normal(mu, sqrt(variance)), value);
      });
    },
    plain: (data) => (u) => {
      const y: number[] = data.numbers("y");
      const [mu, alpha0, alpha1] = [u[0]!, Math.exp(u[1]!), logistic(u[2]!)];
      const beta1 = (1 - alpha1) * logistic(u[3]!);
      let total = u[1]! + lnShare(u[2]!) + ln(1 - alpha1) + lnShare(u[3]!);
      let sd: number = data.number("sigma1");
      for (let t = 0; t < y.length; t++) {
        if (t > 0) sd = Math.sqrt(alpha0 + alpha1 * (y[t - 1]! - mu) ** 2 + beta1 * sd * sd);
        total += lnNormal(y[t]!, mu, sd);
      }
      return total;
    },
  },
];
