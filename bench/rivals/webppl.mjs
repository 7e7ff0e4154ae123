// WebPPL: a probabilistic language compiled to JavaScript; its own `Optimize` of the ELBO, on its own programs. It treats a
// condition as any code does: the gradient is the pathwise one.
import { createRequire } from "node:module";

export const name = "WebPPL, Optimize";

const LATENT = `
var softplus = function(x) { return Math.log(1 + Math.exp(x)); };
var parameter = function(kind, i) { return param({ name: kind + i, mu: init[kind][i], sigma: 0 }); };
var latent = function(i, mu, sigma) {
  return sample(Gaussian({ mu: mu, sigma: sigma }), { guide: function() {
    return Gaussian({ mu: parameter('mu', i), sigma: softplus(parameter('rho', i)) });
  } });
};`;

const PROGRAMS = {
  textmsg: `
var model = function() {
  var x0 = latent(0, data.mean, data.sd);
  var x1 = latent(1, data.mean, data.sd);
  var change = latent(2, 0, 1);
  mapIndexed(function(k, count) {
    var rate = change > data.thresholds[k] ? Math.exp(x0) : Math.exp(x1);
    observe(Poisson({ mu: rate }), count);
  }, data.counts);
};`,
  influenza: `
var months = function(t, f, a, before, c) {
  if (t < data.deaths.length) {
    var v = latent(3 * t + 1, 0, 0.023);
    var w = latent(3 * t + 2, 0, 0.112);
    var nextA = 1.406 * a + -0.622 * before + v;
    var nextC = -0.312 * c + 0.21 + w;
    var nextF = latent(3 * t + 3, f > 0 ? 0.67 : -0.67, 1);
    observe(Gaussian({ mu: nextF > 0 ? nextA : nextA + nextC, sigma: 0.002 }), data.deaths[t]);
    months(t + 1, nextF, nextA, a, nextC);
  }
};
var model = function() { months(0, latent(0, 0, 1), 0, 0, 0); };`,
  temperature: `
var steps = function(t, theta, cooling) {
  if (t < data.temperatures.length) {
    var objective = theta < 18 ? 0 : theta > 22 ? 1 : cooling;
    var q = latent(2 * t - 1, objective, 0.001);
    var on = q > 0.5 ? 1 : 0;
    var next = latent(2 * t, theta + (32 - (theta + 21 * on)) / 15, q > 0.5 ? 0.44 : 0.4);
    observe(Gaussian({ mu: next, sigma: 1 }), data.temperatures[t]);
    steps(t + 1, next, on);
  }
};
var model = function() {
  var theta = latent(0, 20, 0.001);
  observe(Gaussian({ mu: theta, sigma: 1 }), data.temperatures[0]);
  steps(1, theta, 0);
};`,
};

/** Fits by Adam from the parameters: seconds for the steps, the first aside, and where they led. */
export async function fit(model, constants, theta, { steps, samples, learningRate, clock }) {
  globalThis.bench = { clock }; // a method: WebPPL calls functions in a way of its own
  const n = theta.length / 2;
  const init = { mu: [...theta.subarray(0, n)], rho: [...theta.subarray(n)] };
  const optimise = (count) =>
    `Optimize({ model: model, steps: ${count}, optMethod: { adam: { stepSize: ${learningRate} } }, estimator: { ELBO: { samples: ${samples} } } });`;
  const require = createRequire(import.meta.url);
  require("webppl/src/util.js").seedRNG(1);
  require("webppl/src/params/config.js").setFreshId();
  const seconds = await new Promise((resolve) => {
    const program = [
      `var data = ${JSON.stringify(constants)};`,
      `var init = ${JSON.stringify(init)};`,
      `${LATENT}${PROGRAMS[model]}`,
      `${optimise(1)} var start = bench.clock(); ${optimise(steps)} (bench.clock() - start) / 1000`,
    ];
    require("webppl").run(program.join("\n"), (_store, value) => resolve(value));
  });
  const found = require("webppl/src/params/params.js").get();
  const at = (kind) => init[kind].map((_, i) => found[`${kind}${i}`].data[0]);
  return { seconds, theta: Float64Array.from([...at("mu"), ...at("rho")]) };
}

/** Programs as a user would write them; each returns the numbers whose posterior is asked for. */
const POSTERIORS = {
  text_messages: oneChange(0.05),
  coal_mining: oneChange(1),
  two_change_points: `
var model = function() {
  var rates = repeat(3, function() { return gamma({ shape: 2, scale: 4 }); });
  var t1 = uniform({ a: 0, b: data.count.length });
  var t2 = uniform({ a: 0, b: data.count.length });
  mapIndexed(function(i, count) {
    observe(Poisson({ mu: t2 > i ? (t1 > i ? rates[0] : rates[1]) : rates[2] }), count);
  }, data.count);
  return { 'rate[0]': rates[0], 'rate[1]': rates[1], 'rate[2]': rates[2], t1: t1, t2: t2 };
};`,
  step_regression: `
var model = function() {
  var a = gaussian(0, 3);
  var slope = gaussian(0, 1);
  var jump = gaussian(0, 3);
  var at = uniform({ a: 0, b: 10 });
  var sd = Math.abs(gaussian(0, 1));
  map2(function(x, y) { observe(Gaussian({ mu: a + slope * x + (x > at ? jump : 0), sigma: sd }), y); }, data.x, data.y);
  return { a: a, slope: slope, jump: jump, at: at, sd: sd };
};`,
  hidden_switch: hiddenSwitch("flip(on ? 0.9 : 0.1)"),
  switch: hiddenSwitch("gaussian(0, 1) > (on ? -1.2815515655446004 : 1.2815515655446004)"),
};

function oneChange(rate) {
  return `
var model = function() {
  var early = exponential({ a: ${rate} });
  var late = exponential({ a: ${rate} });
  var change = uniform({ a: 0, b: data.count.length });
  mapIndexed(function(i, count) { if (count >= 0) { observe(Poisson({ mu: change > i ? early : late }), count); } }, data.count);
  return { early: early, late: late, change: change };
};`;
}

function hiddenSwitch(next) {
  return `
var steps = function(t, on, up, down) {
  if (t < data.y.length) {
    var state = ${next};
    observe(Gaussian({ mu: state ? up : down, sigma: 0.8 }), data.y[t]);
    steps(t + 1, state, up, down);
  }
};
var model = function() {
  var up = gaussian(1, 1);
  var down = gaussian(-1, 1);
  steps(0, true, up, down);
  return { up: up, down: down };
};`;
}

/** Means and sds of so many draws by its Metropolis-Hastings kernel, after half as many that are thrown away. */
export function sampled(name, data, draws) {
  return moments(name, data, `Infer({ model: model, method: 'MCMC', samples: ${draws}, burn: ${draws >> 1} })`);
}

/** Those of 4000 draws of the guide that it makes by itself, after so many steps of Adam with 16 samples each. */
export function optimised(name, data, steps) {
  const optimise = `Optimize({ model: model, steps: ${steps}, optMethod: { adam: { stepSize: 0.01 } }, estimator: { ELBO: { samples: 16 } }, verbose: false });`;
  return moments(name, data, "Infer({ model: model, method: 'forward', guide: true, samples: 4000 })", optimise);
}

async function moments(name, data, infer, before = "") {
  const require = createRequire(import.meta.url);
  require("webppl/src/util.js").seedRNG(1);
  require("webppl/src/params/config.js").setFreshId();
  const program = [`var data = ${JSON.stringify(data)};`, POSTERIORS[name], before, infer];
  const found = await new Promise((resolve, reject) => {
    try {
      require("webppl").run(program.join("\n"), (_store, value) => resolve(value));
    } catch (error) {
      reject(error);
    }
  });
  const mean = new Map();
  const square = new Map();
  for (const support of found.support()) {
    const mass = Math.exp(found.score(support));
    for (const [key, x] of Object.entries(support)) {
      mean.set(key, (mean.get(key) ?? 0) + mass * x);
      square.set(key, (square.get(key) ?? 0) + mass * x * x);
    }
  }
  return { mean, sd: new Map([...mean].map(([key, m]) => [key, Math.sqrt(square.get(key) - m * m)])) };
}
