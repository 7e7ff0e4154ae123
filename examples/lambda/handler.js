// A function of AWS Lambda, called through a function URL or an API gateway. What is outside of the handler runs once per instance: the model is traced and compiled
// there, and each call fits it to its own data.
//
//     { "body": "{ \"visitors\": [3, 5, 2, 6, 4] }" }    →    { statusCode: 200, body: "{ \"mean\": 3.96, … }" }
import { compile, DataError, defineModel, exponential, poisson } from "nondiff";

const MOST_BYTES = 10_000;
/** Milliseconds that are left for the answer when a fit ends. */
const RESERVE = 500;

const visits = defineModel(
  "visits",
  ({ sample, observe }, { visitors }) => {
    const rate = sample("rate", exponential(0.1));
    for (const count of visitors) observe(poisson(rate), count);
  },
  { data: { visitors: "counts" } },
);
const compiled = compile(visits, { visitors: 5 });

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export async function handler({ body = "", isBase64Encoded = false }, context) {
  const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
  if (text.length > MOST_BYTES) return answer(413, { error: `at most ${MOST_BYTES} characters are taken` });
  try {
    // The fit ends in time with what it has, status "budget".
    const timeBudget = Math.max(1, (context?.getRemainingTimeInMillis?.() ?? 3000) - RESERVE);
    const posterior = compiled.fit({ data: JSON.parse(text), timeBudget, onWarning() {} });
    return answer(200, { status: posterior.status, mean: posterior.mean("rate"), sd: posterior.sd("rate") });
  } catch (error) {
    if (error instanceof DataError) return answer(400, { error: error.message, faults: error.faults });
    if (error instanceof TypeError && /^data of /.test(error.message)) return answer(400, { error: error.message });
    if (error instanceof SyntaxError) return answer(400, { error: "the body is no JSON" });
    throw error;
  }
}
