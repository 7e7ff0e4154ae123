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
