/** Optimisers climb gradients. A state goes in, a state comes out, and parameters are updated in place, so that a step allocates nothing. */

import { requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import { axpyInto } from "../linalg/axpy.ts";

export interface Optimizer {
  readonly name: string;
  /** State for a number of parameters. */
  readonly init: (size: number) => Float64Array;
  /** One step uphill: changes theta and state in place. `step` counts from 1. */
  readonly update: (state: Float64Array, theta: Float64Array, gradient: Float64Array, step: number) => void;
}

export interface AdamOptions {
  readonly learningRate?: number | undefined;
  readonly beta1?: number | undefined;
  readonly beta2?: number | undefined;
  readonly epsilon?: number | undefined;
}

/** Adam (Kingma and Ba, ICLR 2015), with ε outside the bias correction as in the paper's section 2 and TensorFlow. */
export function adam(options: AdamOptions = {}): Optimizer {
  requireNoMore("adam", 1, arguments);
  requireOptions("adam", options, { learningRate: "any", beta1: "any", beta2: "any", epsilon: "any" });
  const { learningRate = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  checkPositive("adam", "learningRate", learningRate);
  checkDecay("adam", "beta1", beta1);
  checkDecay("adam", "beta2", beta2);
  checkPositive("adam", "epsilon", epsilon);
  const decays = Float64Array.of(beta1, beta2);
  const powers = new Float64Array(2);
  return {
    name: "adam",
    init: (size) => new Float64Array(2 * size), // first moments, then second moments
    update(state, theta, gradient, step) {
      const size = theta.length;
      powersInto(powers, decays, step);
      const rate = (learningRate * Math.sqrt(1 - powers[1]!)) / (1 - powers[0]!);
      for (let p = 0; p < size; p++) {
        const g = gradient[p]!;
        const m = beta1 * state[p]! + (1 - beta1) * g;
        const v = beta2 * state[size + p]! + (1 - beta2) * g * g;
        state[p] = m;
        state[size + p] = v;
        theta[p]! += (rate * m) / (Math.sqrt(v) + epsilon);
      }
    },
  };
}

// Powers of bases in 0 ≤ β < 1 by squarings: 0.999¹⁰⁰⁰ takes 16 products. At β = 0.999 the error is below 400·2⁻⁵³ for every exponent. The powers
// go into an array, as engines may box a number that a function returns.
function powersInto(out: Float64Array, bases: Float64Array, exponent: number): void {
  for (let i = 0; i < bases.length; i++) {
    out[i] = 1;
    let square = bases[i]!;
    for (let left = exponent; left > 0; left >>= 1) {
      if (left & 1) out[i]! *= square;
      square *= square;
    }
  }
}

/** Stochastic gradient ascent with momentum: v ← momentum·v + g, θ ← θ + learningRate·v. */
export function sgd(options: { readonly learningRate?: number; readonly momentum?: number } = {}): Optimizer {
  requireNoMore("sgd", 1, arguments);
  requireOptions("sgd", options, { learningRate: "any", momentum: "any" });
  const { learningRate = 0.001, momentum = 0 } = options;
  checkPositive("sgd", "learningRate", learningRate);
  checkDecay("sgd", "momentum", momentum);
  return {
    name: "sgd",
    init: (size) => new Float64Array(size),
    update(state, theta, gradient) {
      for (let i = 0; i < theta.length; i++) state[i] = momentum * state[i]! + gradient[i]!;
      axpyInto(theta, learningRate, state);
    },
  };
}

/** RMSProp (Hinton's lecture 6e): the step is divided by a running root mean square of the gradient. */
export function rmsprop(
  options: { readonly learningRate?: number; readonly decay?: number; readonly epsilon?: number } = {},
): Optimizer {
  requireNoMore("rmsprop", 1, arguments);
  requireOptions("rmsprop", options, { learningRate: "any", decay: "any", epsilon: "any" });
  const { learningRate = 0.01, decay = 0.9, epsilon = 1e-8 } = options;
  checkPositive("rmsprop", "learningRate", learningRate);
  checkDecay("rmsprop", "decay", decay);
  checkPositive("rmsprop", "epsilon", epsilon);
  return {
    name: "rmsprop",
    init: (size) => new Float64Array(size),
    update(state, theta, gradient) {
      for (let i = 0; i < theta.length; i++) {
        const g = gradient[i]!;
        state[i] = decay * state[i]! + (1 - decay) * g * g;
        theta[i]! += (learningRate * g) / (Math.sqrt(state[i]!) + epsilon);
      }
    },
  };
}

function checkPositive(caller: string, option: string, value: number): void {
  if (!(value > 0 && value < Infinity))
    throw new RangeError(`${caller}: ${option} is out of range; got ${String(value)}, expected a finite number > 0`);
}

function checkDecay(caller: string, option: string, value: number): void {
  if (!(value >= 0 && value < 1))
    throw new RangeError(`${caller}: ${option} is out of range; got ${String(value)}, expected 0 ≤ ${option} < 1`);
}
