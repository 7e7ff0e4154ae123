/** Parameters near a start are the prior's, moved by the numbers that are given, in sds of the prior. */
import { expect, test } from "vitest";
import { fullRank } from "../../src/guides/full-rank.ts";
import type { Guide } from "../../src/guides/guide.ts";
import { meanField, rhoOfSd } from "../../src/guides/mean-field.ts";
import { nearStart } from "../../src/guides/near-start.ts";
import { defineModel, normal } from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";

const traced = trace(
  defineModel("two", ({ sample }) => {
    sample("x", normal(2, 3));
    sample("y", normal(-1, 0.5));
  }),
);
/** Numbers one after the other. */
const inTurn = (...numbers: number[]) => {
  const left = [...numbers];
  return (): number => left.shift()!;
};
const moved = (guide: Guide) =>
  nearStart(guide.over(traced), { mean: inTurn(1, -2), sd: inTurn(0.5, 2), share: inTurn(0.3) });
const close = (numbers: readonly number[]) => numbers.map((number) => expect.closeTo(number, 12));

test("means move by sds of the prior, and sds are multiples of it", () => {
  expect(moved(meanField())).toEqual({ mu: close([2 + 3, -1 - 2 * 0.5]), rho: close([rhoOfSd(1.5), rhoOfSd(1)]) });
});

test("under full rank each pair has a share of the later latent's sd for one of the earlier, of the sds that were drawn", () => {
  const { mu, rho, lower } = moved(fullRank());
  expect(mu).toEqual(close([5, -2]));
  expect(rho).toEqual(close([rhoOfSd(1.5), rhoOfSd(1)]));
  expect(lower).toEqual(close([(0.3 * 1) / 1.5]));
});
