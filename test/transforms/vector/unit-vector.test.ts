import { expect, test } from "vitest";
import { unitVector } from "../../../src/transforms/vector/unit-vector.ts";

const { forward, inverse, logJacobian } = unitVector(2);

test("a unit vector is the direction of its unconstrained numbers", () => {
  expect(forward([3, -4])).toEqual([0.6, -0.8]);
  expect(Math.hypot(...(unitVector(5).forward([1, 2, -3, 0.5, 7]) as number[]))).toBeCloseTo(1, 15);
  const there = forward(inverse([0.6, 0.8])) as number[];
  expect(there[0]).toBeCloseTo(0.6, 15);
});

test("the density 1/area on the sphere and the Jacobian make a density of the unconstrained numbers", () => {
  for (const n of [2, 3]) {
    const { logJacobian } = unitVector(n);
    const area = n === 2 ? 2 * Math.PI : 4 * Math.PI;
    const step = 0.25;
    let sum = 0;
    const along = Array.from({ length: 65 }, (_, i) => (i - 32) * step);
    for (const x of along)
      for (const y of along)
        for (const z of n === 3 ? along : [0])
          sum += Math.exp((logJacobian(n === 3 ? [x, y, z] : [x, y]) as number) - Math.log(area)) * step ** n;
    expect(sum).toBeCloseTo(1, 10);
  }
  expect(logJacobian([0, 0])).toBeCloseTo(0, 14); // 2π/(2π)
});
