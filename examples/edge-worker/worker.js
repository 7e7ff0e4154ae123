// A worker of an edge network that finds a change point per request, within 50 ms of processor time:
//
//     POST { "counts": [3, 1, 4, 2, 9, 8, 7, …] }, 4 to 28 of them    when did the rate change, and from what to what?
//
// Data become a model, as the number of days differs from request to request; `nondiff/core` has it traced and fitted in 10 to 50 ms. There is no clock to look at within a
// request, so that `maxSamples` is what ends a fit that takes too long.
import { defineModel, exp, fit, gt, normal, poisson, where } from "nondiff/core";

const MOST_BYTES = 2000;
const [FEWEST_DAYS, MOST_DAYS] = [4, 28];
const MOST_COUNT = 1e6;

const modelOf = (counts) => {
  const middle = Math.log(0.5 + counts.reduce((sum, count) => sum + count, 0) / counts.length);
  return defineModel("change point", ({ sample, observe }) => {
    const early = sample("log rate before", normal(middle, 1));
    const late = sample("log rate after", normal(middle, 1));
    const day = sample("day", normal(counts.length / 2, counts.length / 4));
    counts.forEach((count, i) => void observe(poisson(exp(where(gt(day, i + 1), early, late))), count));
  });
};

/** What is wrong with counts; undefined where nothing is. */
function faultOf(counts) {
  if (!Array.isArray(counts)) return `counts: got ${typeof counts}, expected an array`;
  if (counts.length < FEWEST_DAYS || counts.length > MOST_DAYS)
    return `counts: got ${counts.length} entries, expected ${FEWEST_DAYS} to ${MOST_DAYS}`;
  const at = counts.findIndex((count) => !Number.isInteger(count) || count < 0 || count > MOST_COUNT);
  return at < 0 ? undefined : `counts[${at}]: got ${JSON.stringify(counts[at])}, expected a whole number ≥ 0`;
}

export default {
  async fetch(request) {
    if (request.method !== "POST") return Response.json({ error: "only POST is answered" }, { status: 405 });
    // The length that is told may be wrong: a network cuts a body off there, and refuses one that tells none.
    if (!(Number(request.headers.get("content-length") ?? Infinity) <= MOST_BYTES))
      return Response.json({ error: `at most ${MOST_BYTES} bytes are taken` }, { status: 413 });
    const body = await request.json().catch(() => undefined);
    const fault = faultOf(body?.counts);
    if (fault !== undefined) return Response.json({ error: fault }, { status: 400 });
    const options = { seed: 1, restarts: 0, samples: 16, maxSamples: 4000, onWarning() {} };
    const posterior = fit(modelOf(body.counts), options);
    const of = (name) => ({ mean: posterior.mean(name), sd: posterior.sd(name) });
    return Response.json({
      status: posterior.status,
      day: of("day"),
      logRateBefore: of("log rate before"),
      logRateAfter: of("log rate after"),
    });
  },
};
