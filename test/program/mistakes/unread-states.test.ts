import { describe, expect, test } from "vitest";
import { add, and, defineModel, fit, gt, lt, normal, or, sub, where } from "../../../src/index.ts";
import type { ProgramContext } from "../../../src/program/model.ts";

const meanOf = (program: (context: ProgramContext) => void): number =>
  fit(defineModel("m", program), { seed: 1, onWarning: () => undefined }).mean("z");

describe("a state that a loop makes and no further round reads", () => {
  test("is left as it is: the fit is that of the program which does not make the last one", () => {
    const thermostat =
      (rounds: number) =>
      ({ sample, observe }: ProgramContext): void => {
        let level = sample("z", normal(0, 1));
        let isOn = or(false, false);
        [1, 2, 1].forEach((y, i) => {
          level = add(level, where(isOn, 0.3, 0));
          observe(normal(level, 1), y);
          if (i < rounds) isOn = or(gt(level, 2), and(isOn, gt(level, 1)));
        });
      };
    expect(meanOf(thermostat(3))).toBe(meanOf(thermostat(2)));
  });

  test("may be one of several groups, of a list that is longer than the data, of a function that calls itself", () => {
    expect(() =>
      meanOf(({ sample, observe }) => {
        const z = sample("z", normal(0, 1));
        for (const group of [0, 1]) {
          let isOn = gt(group, 2);
          for (const y of [1, 2]) {
            observe(normal(where(isOn, z, 0), 1), y);
            isOn = gt(z, group);
          }
        }
        const above = [0, 1, 2, 3].map((k) => gt(z, k));
        [1, 2].forEach((y, i) => void observe(normal(where(above[i]!, 2, 1), 1), y));
        const step = (t: number, isHot = gt(t, 5)): void => {
          if (t === 3) return;
          observe(normal(where(isHot, z, 1), 1), t);
          step(t + 1, gt(sub(z, t), 0));
        };
        step(0);
      }),
    ).not.toThrow();
  });
});

describe("a condition that JavaScript takes for true is refused beside others that are used", () => {
  test.each<[string, (context: ProgramContext) => void]>([
    [
      "in a loop whose other conditions are used",
      ({ sample, observe }) => {
        const z = sample("z", normal(0, 1));
        for (const y of [1, 2]) if (gt(z, y)) observe(normal(where(gt(z, 0), 1, 0), 1), y);
      },
    ],
    [
      "as the left side of && on the line of one that is used",
      ({ sample, observe }) => {
        const z = sample("z", normal(0, 1));
        for (const y of [1, 2]) observe(normal(where(gt(z, 0) && lt(z, y), 1, 0), 1), y);
      },
    ],
    [
      "made by a function that makes others, too",
      ({ sample, observe }) => {
        const z = sample("z", normal(0, 1));
        const isHot = (limit: number): ReturnType<typeof gt> => gt(z, limit);
        observe(normal(where(isHot(1), 1, 0), 1), isHot(0) ? 1 : 2);
      },
    ],
  ])("%s", (_name, program) => {
    expect(() => meanOf(program)).toThrow('model "m": a condition was made but never used');
  });
});
