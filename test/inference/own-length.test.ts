/** A loop whose length nobody has given goes on while its ELBO rises, and says where it rises still. */
import { expect, test } from "vitest";
import { adam, defineModel, fit, normal } from "../../src/index.ts";

const near = (data: number) =>
  defineModel("level", ({ param, observe }) => {
    const level = param("level", 0);
    observe(normal(level, 1), data, "y");
  });

test("a parameter that starts at 0 reaches data at 60, and 2000 steps end where they are enough", () => {
  const far = fit(near(60), { onWarning: () => expect.unreachable() });
  // 2000 steps of a hundredth end at 20.
  expect(far.mean("level")).toBeCloseTo(60, 2);
  expect(far.elboTrace.length).toBeGreaterThan(2000);
  expect(fit(near(5)).elboTrace.length).toBe(2000);
});

test("data that are too far are told, unless the user has given the steps", () => {
  const told: string[] = [];
  const { status, warnings } = fit(near(500), { onWarning: (message) => void told.push(message) });
  expect(status).toBe("budget");
  expect(told).toEqual(warnings);
  expect(told.join()).toMatch(
    /^fit: not converged on model "level": in the last 500 of 12000 steps the ELBO has risen/,
  );
  const given = fit(near(500), { optimizer: adam(), steps: 2000, onWarning: () => expect.unreachable() });
  expect([given.elboTrace.length, given.status]).toEqual([2000, undefined]);
});
