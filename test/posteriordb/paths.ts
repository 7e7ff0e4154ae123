/** Hidden Markov models, whose two states are summed out by the forward algorithm, and a mixture. */
import {
  add,
  type Distribution,
  dirichlet,
  exponential,
  flat,
  log,
  logSumExp,
  mul,
  normal,
  ordered,
  type Real,
  sub,
} from "../../src/index.ts";
import { ln, lnNormal, lnShare, logistic, lse } from "./plain.ts";
import type { Data, Row } from "./row.ts";
import { cut, density } from "./traced.ts";

/** log of the sum over all paths of two states, of which the first two weigh the same. */
function forward(emissions: readonly (readonly Real[])[], theta: readonly (readonly Real[])[]): Real {
  let [first, second] = emissions[0] as [Real, Real];
  for (const [one, two] of emissions.slice(1) as [Real, Real][]) {
    const from = (k: number): Real => logSumExp([add(first, log(theta[0]![k]!)), add(second, log(theta[1]![k]!))]);
    [first, second] = [add(from(0), one), add(from(1), two)];
  }
  return logSumExp([first, second]);
}

function plainForward(emissions: readonly (readonly number[])[], p: readonly number[]): number {
  let [a, b] = emissions[0] as [number, number];
  for (const [one, two] of emissions.slice(1) as [number, number][]) {
    const [x, y] = [lse(a + ln(p[0]!), b + ln(p[1]!)), lse(a + ln(1 - p[0]!), b + ln(1 - p[1]!))];
    [a, b] = [x + one, y + two];
  }
  return lse(a, b);
}

/** The entries of an increasing pair: of positive ones exp(u₀) and exp(u₀) + exp(u₁). */
const pairOf = (u: readonly number[], positive: boolean): [number, number] => {
  const first = positive ? Math.exp(u[0]!) : u[0]!;
  return [first, first + Math.exp(u[1]!)];
};

function driveModel(name: string, positive: boolean): Row {
  const sdsOf = (data: Data): [number, number] => (positive ? [0, 0] : [data.number("tau"), data.number("rho")]);
  const emission = (rate: Real, sd: number): Distribution => (positive ? exponential(rate) : normal(rate, sd));
  return {
    name,
    file: positive ? "bball_drive_event_0" : "bball_drive_event_1",
    centre: [0.5, -0.5, ...(positive ? [-0.5, 0.5, -0.5, 0.5] : [0.2, 0.1, 1, 0.1])],
    reach: 0.3,
    program: (data) => (context) => {
      const sds = sdsOf(data);
      const theta = [0, 1].map((j) => context.sample(`theta${j + 1}`, dirichlet(data.rows("alpha")[j]!)));
      const pair = (of: string): Real[] => {
        const x = context.sample(of, ordered(positive ? flat(0) : flat(), 2));
        context.observe(normal(0, 1), x[0]!, `prior of ${of}[0]`);
        context.observe(normal(3, 1), x[1]!, `prior of ${of}[1]`);
        return x;
      };
      const [phi, lambda] = [pair("phi"), pair("lambda")];
      const emissions = data
        .numbers("u")
        .map((u: number, t: number) =>
          [0, 1].map((k) =>
            add(density(emission(phi[k]!, sds[0]), u), density(emission(lambda[k]!, sds[1]), data.numbers("v")[t])),
          ),
        );
      context.factor("paths", forward(emissions, theta));
    },
    plain: (data) => (u) => {
      const sds = sdsOf(data);
      const p = [logistic(u[0]!), logistic(u[1]!)];
      const [phi, lambda] = [pairOf(u.slice(2), positive), pairOf(u.slice(4), positive)];
      let total = lnShare(u[0]!) + lnShare(u[1]!) + u[3]! + u[5]! + 2 * ln(2); // log 2! of each pair
      if (positive) total += u[2]! + u[4]!;
      for (const pair of [phi, lambda]) total += lnNormal(pair[0], 0, 1) + lnNormal(pair[1], 3, 1);
      // Dirichlet((a, b)) of two is beta: Γ(6)/(Γ(4)Γ(2)) = 20
      data.rows("alpha").forEach(([a, b]: number[], j: number) => {
        total += ln(20) + (a! - 1) * ln(p[j]!) + (b! - 1) * ln(1 - p[j]!);
      });
      const at = (x: number, rate: number, sd: number): number =>
        positive ? ln(rate) - rate * x : lnNormal(x, rate, sd);
      const emissions = data
        .numbers("u")
        .map((x: number, t: number) =>
          [0, 1].map((k) => at(x, phi[k]!, sds[0]) + at(data.numbers("v")[t], lambda[k]!, sds[1])),
        );
      return total + plainForward(emissions, p);
    },
  };
}

export const MIXTURES: readonly Row[] = [
  {
    name: "hmm_example",
    file: "hmm_example",
    centre: [0.5, -0.5, 1, 1.8],
    program: (data) => (context) => {
      const theta = [1, 2].map((j) => context.sample(`theta${j}`, dirichlet([1, 1])));
      const mu = context.sample("mu", ordered(flat(0), 2));
      context.observe(normal(3, 1), mu[0]!, "prior of mu[0]");
      context.observe(normal(10, 1), mu[1]!, "prior of mu[1]");
      const emissions = data.numbers("y").map((y: number) => mu.map((m) => density(normal(m, 1), y)));
      context.factor("paths", forward(emissions, theta));
    },
    plain: (data) => (u) => {
      const p = [logistic(u[0]!), logistic(u[1]!)];
      const mu = pairOf(u.slice(2), true);
      const prior =
        lnShare(u[0]!) + lnShare(u[1]!) + u[2]! + u[3]! + ln(2) + lnNormal(mu[0], 3, 1) + lnNormal(mu[1], 10, 1);
      return (
        prior +
        plainForward(
          data.numbers("y").map((y: number) => mu.map((m) => lnNormal(y, m, 1))),
          p,
        )
      );
    },
  },
  driveModel("hmm_drive_0", true),
  driveModel("hmm_drive_1", false),
  {
    name: "low_dim_gauss_mix",
    file: "low_dim_gauss_mix",
    centre: [-2.5, 1.6, 0, 0, 0.5],
    program: (data) => (context) => {
      const mu = context.sample("mu", ordered(normal(0, 2), 2));
      const sigma = [0, 1].map((k) => cut(context, `sigma[${k}]`, normal(0, 2)));
      const theta = context.sample("theta", flat(0, 1));
      context.factor("prior of theta", mul(4, add(log(theta), log(sub(1, theta)))));
      data.numbers("y").forEach((y: number, i: number) => {
        const of = (k: number, weight: Real): Real => add(log(weight), density(normal(mu[k]!, sigma[k]!), y));
        context.factor(`y${i}`, logSumExp([of(0, theta), of(1, sub(1, theta))]));
      });
    },
    plain: (data) => (u) => {
      const mu = pairOf(u, false);
      const sigma = [Math.exp(u[2]!), Math.exp(u[3]!)];
      const theta = logistic(u[4]!);
      let total = ln(2) + u[1]! + u[2]! + u[3]! + lnShare(u[4]!) + 4 * ln(theta * (1 - theta));
      for (const k of [0, 1]) total += lnNormal(mu[k]!, 0, 2) + lnNormal(sigma[k]!, 0, 2);
      for (const y of data.numbers("y") as number[])
        total += lse(ln(theta) + lnNormal(y, mu[0], sigma[0]!), ln(1 - theta) + lnNormal(y, mu[1], sigma[1]!));
      return total;
    },
  },
];
