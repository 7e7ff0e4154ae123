/** Hierarchical models: eight schools, both ways. */
import { add, cauchy, iid, mul, normal } from "../../src/index.ts";
import { lnCauchy, lnNormal } from "./plain.ts";
import type { Row } from "./row.ts";
import { cut } from "./traced.ts";

export const HIERARCHICAL: readonly Row[] = [
  {
    name: "eight_schools_centered",
    file: "eight_schools",
    centre: [4, 1, ...new Array(8).fill(5)],
    program: (data) => (context) => {
      const mu = context.sample("mu", normal(0, 5));
      const tau = cut(context, "tau", cauchy(0, 5));
      data.numbers("y").forEach((y: number, j: number) => {
        const theta = context.sample(`theta[${j}]`, normal(mu, tau));
        context.observe(normal(theta, data.numbers("sigma")[j]), y);
      });
    },
    plain: (data) => (u) => {
      const [mu, tau] = [u[0]!, Math.exp(u[1]!)];
      let total = lnNormal(mu, 0, 5) + lnCauchy(tau, 5) + u[1]!;
      data.numbers("y").forEach((y: number, j: number) => {
        total += lnNormal(u[2 + j]!, mu, tau) + lnNormal(y, u[2 + j]!, data.numbers("sigma")[j]);
      });
      return total;
    },
  },
  {
    name: "eight_schools_noncentered",
    file: "eight_schools",
    centre: [4, 1, ...new Array(8).fill(0)],
    program: (data) => (context) => {
      const mu = context.sample("mu", normal(0, 5));
      const tau = cut(context, "tau", cauchy(0, 5));
      const e = context.sample("e", iid(normal(0, 1), 8));
      data.numbers("y").forEach((y: number, j: number) => {
        const theta = add(mu, mul(tau, e[j]!));
        context.track(`theta[${j}]`, theta);
        context.observe(normal(theta, data.numbers("sigma")[j]), y);
      });
    },
    plain: (data) => (u) => {
      const [mu, tau] = [u[0]!, Math.exp(u[1]!)];
      let total = lnNormal(mu, 0, 5) + lnCauchy(tau, 5) + u[1]!;
      data.numbers("y").forEach((y: number, j: number) => {
        total += lnNormal(u[2 + j]!, 0, 1) + lnNormal(y, mu + tau * u[2 + j]!, data.numbers("sigma")[j]);
      });
      return total;
    },
  },
];
