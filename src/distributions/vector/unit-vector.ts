/** A direction: `sample("d", unitVector(3))` is a point of the sphere, all of which are equally probable. */
import { requireNoMore } from "../../checks/arguments.ts";
import { lgamma } from "../../math/gamma.ts";
import { normalQuantile } from "../../math/normal.ts";
import { wholeNumber } from "../distribution.ts";
import { requireSize } from "./requirements.ts";
import { onSphere } from "./supports.ts";
import { type VectorDistribution, vector } from "./vector-distribution.ts";

const LOG_PI = 1.1447298858494002;

/**
 * Uniform among the vectors of length 1: directions. Log density −log of the sphere's area, 2π^(n/2)/Γ(n/2) for n = `length` ≥ 2, with respect
 * to that area.
 */
export function unitVector(length: number): VectorDistribution {
  requireNoMore("unitVector", 1, arguments);
  requireSize("unitVector", length, 2);
  const logArea = Math.LN2 + 0.5 * length * LOG_PI - lgamma(0.5 * length);
  return vector({
    name: "unitVector",
    parameters: [wholeNumber("length", length)],
    length,
    support: onSphere(length),
    logDensity: () => -logArea,
    draw(next) {
      const x = Array.from({ length }, () => normalQuantile(next()));
      const size = Math.sqrt(x.reduce((sum, entry) => sum + entry * entry, 0));
      return x.map((entry) => entry / size);
    },
  });
}
