// Parameters that a fit returns can be given to estimateGradient as they are.
import { expect, test } from "vitest";
import { corrected, estimateGradient, fit, fullRank, gradientCovariance } from "../src/index.ts";
import { gmm, textmsg } from "../src/models/index.ts";

const estimator = corrected();

test("those of a correlated guide over the latents that were not summed out", () => {
  const { params } = fit(textmsg, { onWarning() {}, seed: 1 });
  expect([params.mu.length, params.lower?.length]).toEqual([2, 1]); // of x0, x1 and z
  const options = { estimator, params, samples: 512 };
  const { elbo, gradient } = estimateGradient(textmsg, options);
  expect(elbo).toBeGreaterThan(-293);
  expect(gradient.length).toBe(5);
  expect(gradientCovariance(textmsg, options).length).toBe(25);
  expect(estimateGradient(textmsg, { ...options, guide: fullRank(), collapse: "auto" })).toEqual(
    estimateGradient(textmsg, options),
  );
  expect(() => estimateGradient(textmsg, { ...options, collapse: false })).toThrow("mu does not fit the latents");
});

test("those of no model are refused as ever", () => {
  expect(() => estimateGradient(gmm, { estimator, params: { mu: [0, 1], rho: [0, 1] } })).toThrow("mu does not fit");
  expect(() => estimateGradient(gmm, { estimator, params: { mu: [], rho: [] } })).toThrow("mu does not fit");
});
