import { describe, expect, test } from "vitest";
import { corrected, type ExplainOptions, explain, fullRank, type Model, makeSampler } from "../../../src/index.ts";
import { stagesOf } from "../../../src/inference/explain/stages.ts";
import { conditions, gmm, temperature, textmsg, walk } from "../../../src/models/index.ts";
import { CORE, FULL } from "../../../src/profile.ts";

const PLAIN = { marginalise: false } as const;
const linesOf = (name: string, model: Model = gmm, options: ExplainOptions = {}): readonly string[] =>
  stagesOf(FULL, options)
    .find((stage) => stage.name === name)!
    .linesOf(model);

describe("the stages", () => {
  test("are one for each pass of the profile, between trace and tape, each with a sentence", () => {
    const names = stagesOf(FULL).map(({ name }) => name);
    expect(names).toEqual([
      "trace",
      "objective",
      "constant-conditions",
      "peeling",
      "solving",
      "domains",
      "marginalisation",
      "boundaries",
      "cheaper-blocks",
      "lines",
      "gradient",
      "instructions",
      "tape",
    ]);
    for (const { sentence } of stagesOf(FULL)) expect(sentence).toMatch(/^[A-Z].*[^.]\.$/);
    expect(stagesOf(FULL, PLAIN).map(({ name }) => name)).not.toContain("marginalisation");
    expect(stagesOf(FULL, { entropy: "analytic" })[2]!.name).toBe("analytic-entropy");
    expect(stagesOf(CORE).map(({ name }) => name)).toEqual([
      ...["trace", "objective", "boundaries", "distinct", "gradient", "instructions", "tape"],
    ]);
  });

  test("show gmm from program to gradient", () => {
    expect(linesOf("trace")).toEqual([
      'sample "z": -0.5 * square(z) - 0.918939',
      'observe "x": where(z > 0, -12.5, -2) - 0.918939',
    ]);
    expect(linesOf("objective").slice(2)).toEqual([
      'guide of "z": 0.5 * square(epsilon[z]) + (log(softplus(rho[z])) + 0.918939)',
    ]);
    expect(linesOf("analytic-entropy", gmm, { entropy: "analytic" }).slice(-1)).toEqual([
      'guide of "z": log(softplus(rho[z])) + 1.41894',
    ]);
    expect(linesOf("peeling")).toEqual(["0 of 3 terms rewritten", ...linesOf("objective")]);
    expect(linesOf("marginalisation")).toContain("1 of 3 terms rewritten");
    expect(linesOf("marginalisation")).toContain('observe "x": -2.91894 * normalCdf(-%1) - 13.4189 * normalCdf(%1)');
    expect(linesOf("boundaries")).toEqual(["no boundaries"]);
    expect(linesOf("boundaries", gmm, PLAIN)).toEqual(['z > 0: c = z; moved: z; jumps: observe "x"']);
    expect(linesOf("gradient", gmm, PLAIN)).toContain("∂ELBO/∂mu[z]: %3 - %1");
  });

  test("show what is sought along lines: z³ − z² + z > 1, and z > 1 with it, as they are not proven to be distinct", () => {
    const { coincidentCurve } = conditions;
    expect(linesOf("boundaries", coincidentCurve)).toEqual([
      'z + (pow(z, 3) - square(z)) > 1: c = pow(z, 3) + (z - square(z)) - 1; not moved; jumps: observe "x"',
      'z > 1: c = z - 1; moved: z; jumps: observe "x"',
    ]);
    expect(linesOf("cheaper-blocks", coincidentCurve)[0]).toBe("0 of 2 boundaries rewritten");
    expect(linesOf("lines", coincidentCurve)).toEqual([
      "no boundaries",
      'z + (pow(z, 3) - square(z)) > 1: sought along z; observe "x" reads it first',
      'z > 1: sought along z; observe "x" reads it first',
    ]);
  });

  test("have the instructions and the slots of the tape that runs", () => {
    const cases: readonly (readonly [Model, ExplainOptions])[] = [
      [gmm, {}],
      [textmsg, PLAIN],
      [walk, {}],
      [textmsg, { boundaries: 3, ...PLAIN }],
      [gmm, { guide: fullRank() }],
    ];
    for (const [model, options] of cases) {
      const { guide, ...choice } = options;
      const sampler = makeSampler(model, corrected(choice), { lanes: 16, guide });
      const { size } = (sampler.means ?? sampler.each)().tape;
      const listed = linesOf("instructions", model, options);
      expect(listed.filter((line) => line.startsWith("  "))).toHaveLength(size.uniform + size.lane);
      const tape = linesOf("tape", model, options);
      expect(tape.filter((line) => line.startsWith("  "))).toHaveLength(size.uniform + size.lane);
      expect(tape.filter((line) => / in s\d+…$/.test(line))).toHaveLength(
        sampler.nodes.normals.length + (sampler.nodes.derived ?? []).flatMap(({ nodes }) => nodes).length,
      );
    }
  });

  test("are whole: nothing of a long program is shortened", () => {
    for (const name of ["trace", "marginalisation", "gradient"])
      expect(linesOf(name, temperature).join("\n")).not.toContain("…");
    expect(linesOf("gradient", temperature).filter((line) => line.startsWith("∂"))).toHaveLength(82);
  });

  test("refuse bad options", () => {
    expect(() => stagesOf(FULL, { boundaries: 0 })).toThrow("explain: unknown boundaries; got 0");
    expect(() => stagesOf(CORE, { marginalise: true })).toThrow("explain: option is beyond nondiff/core");
    expect(explain(gmm, PLAIN).conditions).toHaveLength(1);
  });
});
