/** What is counted is held against what the program does: nothing happens to right plans, and planted faults are told with their site. */
import { describe, expect, test, vi } from "vitest";
import { PLAIN_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import type { Engine } from "../../../src/autodiff/tape/engine.ts";
import type { Boundary } from "../../../src/boundaries/find/boundaries.ts";
import type { Lines } from "../../../src/boundaries/lines/lines.ts";
import { steepStep } from "../../../src/boundaries/nets/steep.ts";
import { twoSidedJumps } from "../../../src/boundaries/nets/two-sided.ts";
import { correctionPlan } from "../../../src/estimators/corrected.ts";
import * as n from "../../../src/index.ts";
import { estimateGradient } from "../../../src/inference/estimate-gradient.ts";
import { fit } from "../../../src/inference/fit/fit.ts";
import type { Profile } from "../../../src/inference/profile.ts";
import { conditions } from "../../../src/models/index.ts";
import { buildObjective, type Objective, type ObjectiveTerm, withTerms } from "../../../src/objective/objective.ts";
import { FULL } from "../../../src/profile.ts";
import { SOAK } from "../../support/soak.ts";

/** As lines would count what is not moved onto. */
const withoutDecisions: Lines["divided"] = function* (_, boundaries) {
  yield;
  return { boundaries, decisions: [] };
};

/** The full profile, with what is planted among its boundary passes. */
const planted = (plant: (boundaries: readonly Boundary[]) => readonly Boundary[]): Profile => ({
  ...FULL,
  repertoire: {
    ...FULL.repertoire,
    boundaryPasses: [{ name: "planted", sentence: "", run: (_, boundaries) => plant(boundaries) }],
    lines: { ...FULL.repertoire.lines!, divided: withoutDecisions },
  },
});

/** Two conditions on z, and two that are one: the mean and the sd of "both" change at z = 0.4. */
const model = n.defineModel("nets", ({ sample, observe, where }) => {
  const z = sample("z", n.normal(0, 1));
  const w = sample("w", n.normal(0, 1));
  observe(n.normal(where(n.gt(n.add(z, w), 1), n.add(z, 2), w), 1), 0.3, "first");
  observe(n.normal(where(n.gt(z, 0.4), n.add(w, 1), z), where(n.lt(z, 0.4), 0.7, 1.6)), 0.5, "both");
});
const run = (profile: Profile): unknown =>
  estimateGradient(profile, model, { estimator: n.corrected({ marginalise: false }), samples: 16 });

describe("nets", () => {
  test("let right plans pass, and change no number", () => {
    expect(() => run(planted((boundaries) => boundaries))).not.toThrow();
    // All of them run, nets included, in models/known-models.test.ts.
    for (const known of Object.values(conditions).filter((_, i) => SOAK || i % 4 === 0))
      for (const marginalise of [true, false])
        expect(() => n.estimateGradient(known, { estimator: n.corrected({ marginalise }), samples: 16 })).not.toThrow();
  });

  test("step by the scale of a latent: x of sd 1e-6 bends within a step of 1e-6", () => {
    const small = n.defineModel("small", ({ sample, observe, where }) => {
      const x = sample("x", n.normal(0, 1e-6));
      const y = sample("y", n.normal(0, 1));
      observe(n.normal(where(n.lt(x, 8e-7), x, 4e-7), 1e-6), -3e-7);
      observe(n.normal(where(n.gt(n.add(n.div(x, 1e-6), y), -0.4), y, 1), 1), 0.3);
    });
    const params = { mu: [9e-7, 0.8], rho: [n.rhoOfSd(1.5e-6), 0.6] };
    expect(() => n.estimateGradient(small, { estimator: n.corrected(), params, samples: 16 })).not.toThrow();
  });

  test("catch a boundary that is left out, and name the site", () => {
    expect(() => run(planted((boundaries) => boundaries.slice(1)))).toThrow(
      /^corrected: observe "first" jumps where no counted condition changes; got .* expected a smooth density there/,
    );
    const fitting = () =>
      fit(
        planted((boundaries) => boundaries.slice(0, 1)),
        model,
        { collapse: false, guide: n.meanField() },
      );
    expect(fitting).toThrow(/^corrected: observe "both" jumps where no counted condition changes/);
  });

  test("catch what only the end of a fit meets, by steps and by a search", () => {
    // Beside z = 40 there is a condition that is left out: no line of a guide about 0 comes near it.
    const far = n.defineModel("far", ({ sample, observe, where }) => {
      const z = sample("z", n.normal(0, 100));
      observe(n.normal(z, 1), 40);
      observe(n.normal(where(n.gt(z, -0.4), 1, 0), 1), 0.7, "near");
      observe(n.normal(where(n.gt(z, 40), 2, -1), 1), 1.5, "far");
    });
    const profile = planted((boundaries) => boundaries.slice(0, 1));
    const options = { init: { mu: [0], rho: [0.5] }, collapse: false as const, guide: n.meanField() };
    const estimator = n.corrected({ marginalise: false });
    expect(() => estimateGradient(profile, far, { estimator, params: options.init, samples: 16 })).not.toThrow();
    const message = /^corrected: observe "far" jumps where no counted condition changes/;
    const by = { ...options, estimator };
    expect(() => fit(profile, far, { ...by, steps: 200, optimizer: n.adam({ learningRate: 0.3 }) })).toThrow(message);
    expect(() => fit(profile, far, by)).toThrow(message);
    expect(() => fit(FULL, far, { ...by, steps: 200, optimizer: n.adam({ learningRate: 0.3 }) })).not.toThrow();
  });

  test("catch a rewriting that is wrong under the guide alone, far from the points that are looked at first", () => {
    const wrong = {
      name: "wrong",
      sentence: "",
      run: (objective: Objective): Objective => {
        const { graph, terms } = objective;
        const z = objective.variables[0]!.node;
        const { algebra: A } = graph;
        // z¹⁶/10²⁷ is below 10⁻⁹ up to 12, and 2 at 51.
        const power = [1, 2, 3, 4].reduce((node) => A.square(node), z);
        const extra = A.mul(graph.constant(1e-27), power);
        const [first, ...others] = terms as [ObjectiveTerm, ...ObjectiveTerm[]];
        return withTerms(objective, [{ ...first, node: A.add(first.node, extra) }, ...others]);
      },
    };
    const profile = { ...FULL, repertoire: { ...FULL.repertoire, conditionPasses: [wrong] } };
    const at = (mu: number) => () =>
      estimateGradient(profile, model, {
        estimator: n.corrected({ marginalise: false }),
        params: { mu: [mu, 0], rho: [0.5, 0.5] },
        samples: 16,
      });
    expect(at(0)).not.toThrow();
    expect(at(51)).toThrow(/^corrected: the conditions of .* cannot be taken apart; got/);
  });

  test("catch a pole that is left out", () => {
    const jumping = n.defineModel("pole", ({ sample, observe }) => {
      const x = sample("x", n.normal(0.2, 1));
      observe(n.normal(n.div(x, n.abs(x)), 1), 0.5);
    });
    const estimator = n.corrected();
    expect(() => estimateGradient(FULL, jumping, { estimator, samples: 16 })).not.toThrow();
    const profile = { ...FULL, repertoire: { ...FULL.repertoire, lines: planted((all) => all).repertoire.lines! } };
    // Without masks and decisions the plan has nothing to count, and nothing looks: sign(x) is a mask.
    const signed = n.defineModel("sign", ({ sample, observe }) => {
      const x = sample("x", n.normal(0.2, 1));
      observe(n.normal(n.add(n.div(x, n.abs(x)), n.where(n.gt(x, 1), 0.2, 0)), 1), 0.5);
    });
    expect(() => estimateGradient(profile, signed, { estimator, samples: 16 })).toThrow(/observe "y0" jumps where no/);
  });

  test("tell two boundaries apart that lie within a step of each other", () => {
    const near = n.defineModel("near", ({ sample, observe, where }) => {
      const [x, y] = [sample("x", n.normal(0, 1)), sample("y", n.normal(0, 1))];
      observe(n.normal(where(n.gt(x, y), 2, where(n.gt(x, n.mul(0.9999999, y)), 1, -1)), 1), 1.5);
    });
    const estimator = n.corrected({ marginalise: false });
    expect(() => estimateGradient(FULL, near, { estimator, samples: 16 })).not.toThrow();
    const turned = planted((boundaries) =>
      boundaries.map((each) => ({
        ...each,
        predicates: each.predicates.map(({ node, sign }) => ({ node, sign: sign > 0 ? -1 : 1 }) as const),
      })),
    );
    expect(() => estimateGradient(turned, near, { estimator, samples: 16 })).toThrow(/is not the program's/);
  });

  test.each([2, 9])("catch one jump of the wrong sign among boundaries with %i sets of terms", (sets) => {
    const many = n.defineModel("many", ({ sample, observe, where }) => {
      const [z, w] = [sample("z", n.normal(0, 1)), sample("w", n.normal(0, 1))];
      for (let k = 0; k < sets; k++) observe(n.normal(where(n.gt(n.add(z, w), k / 3 - 1), z, 1), 1), 0.3 * k, `y${k}`);
    });
    const estimator = n.corrected({ marginalise: false });
    expect(() => estimateGradient(FULL, many, { estimator, samples: 16 })).not.toThrow();
    for (const wrong of [0, sets - 1]) {
      const turned = planted((boundaries) =>
        boundaries.map((each, b) =>
          b !== wrong
            ? each
            : { ...each, predicates: each.predicates.map(({ node, sign }) => ({ node, sign: sign > 0 ? -1 : 1 })) },
        ),
      );
      expect(() => estimateGradient(turned, many, { estimator, samples: 16 })).toThrow(
        new RegExp(
          `at observe "y${wrong}" is not the program's; got -?[\\d.e-]+ for -?[\\d.e-]+ at z=-?\\d\\.\\d{4}, w=-?\\d\\.\\d{4}, expected`,
        ),
      );
    }
  });

  test("say nothing of a latent in one arm, whose density and that of its guide come and go together", () => {
    const armed = n.defineModel("armed", ({ sample, observe, branch }) => {
      const z = sample("z", n.normal(0, 1));
      const mean = branch(
        n.gt(z, 0.4),
        () => sample("w", n.normal(z, 0.5)),
        () => 1,
      );
      observe(n.normal(mean, 1), 0.7);
    });
    for (const guide of [n.meanField(), n.fullRank()])
      for (const marginalise of [true, false])
        expect(() =>
          n.estimateGradient(armed, { guide, estimator: n.corrected({ marginalise }), samples: 16 }),
        ).not.toThrow();
  });

  test("look at terms that stay beside one that is replaced by its expectation", () => {
    // The mean of "steps" is a normal probability; the condition of "bends" is moved onto.
    const mixed = n.defineModel("mixed", ({ sample, observe, where }) => {
      const [z, w] = [sample("z", n.normal(0, 1)), sample("w", n.normal(0, 1))];
      observe(n.normal(where(n.gt(z, 0.4), 1, -1), 1), 0.3, "steps");
      observe(n.normal(where(n.gt(n.add(z, w), 0.2), n.mul(z, w), 1), n.exp(w)), 0.3, "bends");
    });
    const estimator = n.corrected({ marginalise: true });
    expect(() => estimateGradient(FULL, mixed, { estimator, samples: 16 })).not.toThrow();
    const turned = planted((boundaries) =>
      boundaries.map((each) => ({
        ...each,
        predicates: each.predicates.map(({ node, sign }) => ({ node, sign: sign > 0 ? -1 : 1 }) as const),
      })),
    );
    expect(() => estimateGradient(turned, mixed, { estimator, samples: 16 })).toThrow(
      /at observe "bends" is not the program's/,
    );
  });

  test("say nothing of ℓ that is steep without an end on both sides of a boundary", () => {
    // √ rises by 8e-4 within a step of 1e-6, where ±5·√|z − 0.4| seems to jump by as much more as the steps are apart.
    const steep = n.defineModel("steep", ({ sample, factor, where }) => {
      const beyond = n.sub(sample("z", n.normal(0, 1)), 0.4);
      const root = n.mul(5, n.sqrt(n.abs(beyond)));
      factor("rises", where(n.gt(beyond, 0), n.add(root, 2), n.neg(root)));
    });
    const estimator = n.corrected({ marginalise: false });
    expect(() => n.estimateGradient(steep, { estimator, samples: 16 })).not.toThrow();
  });

  test("say nothing of a place where ℓ is infinite, whose sides go on to move apart", () => {
    for (const scale of [1, -0.4]) {
      const infinite = n.defineModel("infinite", ({ sample, factor, where }) => {
        const z = sample("z", n.normal(0, 1));
        factor("rises", n.mul(scale, n.log(n.abs(n.sub(z, 0.4)))));
        factor("jumps", where(n.gt(n.square(z), 2), 2, 1));
      });
      const estimator = n.corrected({ marginalise: false });
      expect(() => n.estimateGradient(infinite, { estimator, samples: 16 })).not.toThrow();
    }
  });

  test("look at each boundary with the other variables where they were drawn", () => {
    // The jump at z = 1.5 is by w and that at w = 1.5 by z, both in one term: where z stays at 1.5 from the first look, the second sees another jump.
    const crossed = n.defineModel("crossed", ({ sample, observe, where }) => {
      const [z, w] = [sample("z", n.normal(0, 1)), sample("w", n.normal(0, 1))];
      observe(n.normal(n.add(where(n.gt(z, 1.5), w, 0.5), where(n.gt(w, 1.5), z, -0.3)), 1), 0.8);
    });
    const estimator = n.corrected({ marginalise: false });
    expect(() => n.estimateGradient(crossed, { estimator, samples: 16 })).not.toThrow();
  });

  test.each([
    ["a term with the boundaries that it jumps at, of two", 2, 2],
    ["all terms at once, of nine that jump at one boundary each", 9, 1],
  ] as const)("compute %s", (_, terms, computations) => {
    const model = n.defineModel("terms", ({ sample, observe, where }) => {
      const z = sample("z", n.normal(0, 1));
      for (let k = 0; k < terms; k++)
        observe(n.normal(where(n.gt(z, k / 5), 2, where(n.gt(z, 2 + k / 5), -1, 1)), 1), k, `y${k}`);
    });
    const plan = correctionPlan("corrected", buildObjective(model), FULL.repertoire, { marginalise: false });
    const look = twoSidedJumps(plan);
    const planned = vi.spyOn(PLAIN_ENGINE as { plan: Engine["plan"] }, "plan");
    look(Float64Array.of(0.3, 0.5));
    const { length } = planned.mock.calls;
    planned.mockRestore();
    expect(length).toBe(1 + computations); // one more for the jumps that were used
  });

  test("catch a jump of the wrong sign, and one of two conditions that change together", () => {
    const turned = planted((boundaries) =>
      boundaries.map((each) => ({
        ...each,
        predicates: each.predicates.map(({ node, sign }) => ({ node, sign: sign > 0 ? -1 : 1 }) as const),
      })),
    );
    expect(() => run(turned)).toThrow(
      /^corrected: the jump of `z \+ w > 1` at observe "first" is not the program's; got/,
    );
    const single = planted((boundaries) =>
      boundaries.map((each) => ({ ...each, predicates: each.predicates.slice(0, 1) })),
    );
    expect(() => run(single)).toThrow(/^corrected: .*observe "both"/);
  });
});

describe("rounding", () => {
  // 1 − exp(−exp(u)) has a last bit, from which log(1 − p) goes up in steps of 0.1 and more about u = 3.6; `add` hides the complement.
  const stairs = n.defineModel("stairs", ({ sample, observe }) => {
    const u = sample("u", n.normal(3.5, 0.03));
    observe(n.bernoulli(n.sub(1.5, n.add(0.5, n.exp(n.neg(n.exp(u)))))), 0);
  });

  test("is no jump of the program, and no steep step", () => {
    const params = { mu: [3.5], rho: [n.rhoOfSd(0.03)] };
    expect(n.estimateGradient(stairs, { estimator: n.corrected(), params, samples: 16 }).elbo).toBeLessThan(-30);
    const objective = buildObjective(stairs);
    expect(steepStep(objective, Float64Array.of(3.5, n.rhoOfSd(0.03)))).toBeUndefined();
  });

  test("hides no jump: the same with one that nobody counts", () => {
    const beside = n.defineModel("beside", ({ sample, observe, where }) => {
      const u = sample("u", n.normal(3.5, 0.03));
      observe(n.bernoulli(n.sub(1.5, n.add(0.5, n.exp(n.neg(n.exp(u)))))), 0, "stairs");
      observe(n.normal(where(n.gt(u, 3.49), 3, 0), 1), 0, "jump");
    });
    const uncounted = () =>
      estimateGradient(
        planted(() => []),
        beside,
        { estimator: n.corrected({ marginalise: false }), samples: 16 },
      );
    expect(uncounted).toThrow(/observe "jump" jumps/);
  });
});
