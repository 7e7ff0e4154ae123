/** What a posterior's draws are taken from: what answers its mean and sd. */
import { expect, test } from "vitest";
import { trustedDraws } from "../../../src/inference/predictive/posterior-draws.ts";

/** A posterior of which only this is asked. */
const posteriorOf = (answers: string, isTrusted: boolean): Parameters<typeof trustedDraws>[1] =>
  ({
    isRandom: false,
    reweighted: () => ({ kHat: 0.3, from: "weights" }),
    drawn: () => ({ from: answers === "particles" ? "particles" : "guide" }),
    report: { importance: { answers, weighted: { isTrusted } } },
  }) as unknown as Parameters<typeof trustedDraws>[1];

test.each([
  ["weights that are trusted", "weights", true, "weights"],
  [
    "weights that are not trusted and answer all the same, as nothing nearer to the posterior does",
    "weights",
    false,
    "weights",
  ],
  ["weights that are trusted, though the guide answers, which is as near", "guide", true, "weights"],
  ["the guide where it answers, and weights are not trusted", "guide", false, "guide"],
  ["particles where they answer", "particles", false, "particles"],
])("are %s", (_, answers, isTrusted, from) => {
  expect(trustedDraws("sample", posteriorOf(answers, isTrusted), 10, 1)).toMatchObject({ from });
});
