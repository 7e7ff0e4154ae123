/** Parameters for all latents are looked at before those of latents that are summed out are left away: nobody else looks at these. */
import { expect, test } from "vitest";
import { fit } from "../../src/index.ts";
import { gmm } from "../../src/models/index.ts";

// The latent of gmm, z, is summed out.
test.each([
  [{ mu: [Number.NaN], rho: [0] }, "parameters: mu[0] is not a finite number; got NaN, expected one"],
  [{ mu: ["0"], rho: [0] }, 'parameters: mu[0] is not a finite number; got "0"'],
  [{ mu: [0], rho: [Infinity] }, "parameters: rho[0] is not a finite number; got Infinity"],
  [{ mu: new Array(1), rho: [0] }, "parameters: mu[0] is not a finite number; got undefined"],
  [{ mu: null, rho: [0] }, "parameters: not a list of mu; got null, expected 1 numbers"],
  [{ mu: [0, 1], rho: [0, 1] }, "fit: mu does not fit the latents"],
])("%o is refused", (init, message) => {
  expect(() => fit(gmm, { init: init as never })).toThrow(message);
});

test("those that are right are taken", () => {
  expect(fit(gmm, { init: { mu: [0], rho: Float64Array.of(0) } }).latents).toEqual([]);
});
