/** verifyModel on right programs, and on a faulty one for each of its findings. */
import { describe, expect, test } from "vitest";
import { gradient } from "../../src/autodiff/graph/gradient.ts";
import * as n from "../../src/index.ts";
import { conditions, gmm, textmsg } from "../../src/models/index.ts";
import { type ModelCheck, verifyModel } from "../../src/verify/index.ts";
import { wrongDerivatives } from "../../src/verify/model.ts";
import { subjectOf } from "../../src/verify/reference/subject.ts";

const check = (program: n.Program): ModelCheck => verifyModel(n.defineModel("checked", program));
const codes = (program: n.Program): string[] => check(program).findings.map(({ code }) => code);

describe("verifyModel", () => {
  test("finds nothing wrong with right models", () => {
    for (const model of [gmm, textmsg, conditions.network, conditions.floor, conditions.twoPoles])
      expect([model.name, verifyModel(model).findings.filter(({ isError }) => isError)]).toEqual([model.name, []]);
    expect(verifyModel(gmm)).toEqual({ model: "gmm", verdict: "right", findings: [] });
  });

  test("finds programs that are others on plain numbers", () => {
    for (const see of [
      (z: n.Real) => (typeof z === "number" ? z : 0),
      (z: n.Real) => (Number.isFinite(z) ? 1 : -1),
      (z: n.Real) => (z instanceof Object ? 1 : -1),
    ]) {
      const { verdict, findings } = check(({ sample, observe }) => {
        const z = sample("z", n.normal(0, 1));
        observe(n.normal(see(z), 1), 0.3);
      });
      expect(verdict).toBe("wrong");
      expect(findings.map(({ code }) => code)).toContain("other-density");
    }
  });

  test("finds a raw if on a condition that a where has used", () => {
    expect(
      codes(({ sample, observe, where }) => {
        const c = n.gt(sample("z", n.normal(0, 1)), 0.2);
        observe(n.normal(where(c, 1, 0), 1), 0.3);
        observe(n.normal(c ? 1 : -1, 1), 0.3);
      }),
    ).toContain("other-density");
  });

  test("finds programs that do something else when they run again", () => {
    let runs = 0;
    const found = codes(({ sample, observe }) => {
      const z = sample("z", n.normal(0, 1));
      observe(n.normal(n.mul(z, ++runs), 1), 0.3);
    });
    expect(found).toContain("changes-between-runs");
    let more = 0;
    expect(
      codes(({ sample, observe }) => {
        const z = sample("z", n.normal(0, 1));
        more++;
        for (let i = 0; i < more; i++) observe(n.normal(z, 1), 0.3);
      }),
    ).toContain("changes-between-runs");
  });

  test("tells what the program throws, such as a latent of one arm that is used outside", () => {
    const { verdict, findings } = check(({ sample, observe, branch }) => {
      const z = sample("z", n.normal(0, 1));
      let x: n.Real = 0;
      branch(n.gt(z, 0), () => {
        x = sample("x", n.normal(0, 1));
      });
      observe(n.normal(x, 1), 2);
    });
    expect(verdict).toBe("wrong");
    expect(findings[0]).toMatchObject({ code: "refused", isError: true });
    expect(findings[0]!.message).toMatch(/used outside of the arm/);
  });

  test("notes latents without data, arms that are never taken, and jumps without a condition", () => {
    const { verdict, findings } = check(({ sample, observe, where }) => {
      const z = sample("z", n.normal(0, 1));
      sample("alone", n.normal(0, 1));
      observe(n.normal(where(n.gt(z, 50), 5, 0), 1), 0.3);
      observe(n.normal(n.sigmoid(n.div(1, z)), 1), 0.3);
    });
    expect(verdict).toBe("right");
    expect(findings.map(({ code }) => code)).toEqual([
      "untouched-latent",
      "jump-without-condition",
      "arm-never-reached",
    ]);
    expect(findings.map(({ message }) => message).join("\n")).toMatchInlineSnapshot(`
      "latent "alone": no data reach it
      observe "y1": \`sigmoid(1 / z)\` jumps where \`z\` is 0, and no condition changes
      \`z > 50\` is false at all of 4096 draws about the priors: its other arm is never taken"
    `);
  });

  test("sees derivatives that are off by a thousandth", () => {
    const subject = subjectOf("test", textmsg);
    expect(wrongDerivatives(subject)).toEqual([]);
    const wrong = wrongDerivatives(subject, (graph, output, inputs) =>
      gradient(graph, output, inputs).map((node) => graph.algebra.mul(node, graph.constant(1.001))),
    );
    expect(wrong).toHaveLength(2); // along the third latent, which is in conditions alone, the density is the prior's
    for (const message of wrong)
      expect(message).toMatch(
        /^latent "x\d": the derivative is not that of the density; got \S+, expected \S+ by diff/,
      );
  });
});
