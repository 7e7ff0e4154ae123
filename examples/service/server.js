// A service that compiles a model once and fits it per request: how many visitors come on a dry day, how many on a wet one?
//
//     node examples/service/server.js
//     curl -d '{ "visitors": [3, 5, 2, 9, 8, 4, 6], "rain": [0, 0, 0.4, 2, 3, 0, 1.5] }' http://127.0.0.1:8080/
//
// Fits give way to each other every few milliseconds, so that requests are answered side by side. What comes in is data, never a program; its size is limited, and so
// are the samples of a fit and the fits under way.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { compile, DataError, defineModel, exponential, gt, poisson, where } from "nondiff";

const MOST_BYTES = 10_000;
const MOST_UNDER_WAY = 200;
const DAYS = 7;

const visits = defineModel(
  "visits",
  ({ sample, observe }, { visitors, rain }) => {
    const dry = sample("dry", exponential(0.1));
    const wet = sample("wet", exponential(0.1));
    visitors.forEach((count, day) => void observe(poisson(where(gt(rain[day], 1), wet, dry)), count));
  },
  { data: { visitors: "counts", rain: "numbers" } },
);
const compiled = compile(visits, { visitors: DAYS, rain: DAYS });

let underWay = 0;

/** What a request is answered: a status, and what becomes JSON. */
async function answerTo(request) {
  if (request.method !== "POST") return [405, { error: "only POST is answered" }];
  if (underWay >= MOST_UNDER_WAY) return [503, { error: "too many fits under way" }];
  underWay++;
  try {
    const chunks = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) return [413, { error: `at most ${MOST_BYTES} bytes are taken` }];
      chunks.push(chunk);
    }
    const data = JSON.parse(Buffer.concat(chunks).toString());
    const posterior = await compiled.fitAsync({ data, restarts: 0, maxSamples: 20_000, onWarning() {} });
    const rates = ["dry", "wet"].map((name) => [name, { mean: posterior.mean(name), sd: posterior.sd(name) }]);
    return [200, { status: posterior.status, ...Object.fromEntries(rates) }];
  } catch (error) {
    if (error instanceof DataError) return [400, { error: error.message, faults: error.faults }];
    if (error instanceof TypeError && /^data of /.test(error.message)) return [400, { error: error.message }];
    if (error instanceof SyntaxError) return [400, { error: "the body is no JSON" }];
    console.error(error);
    return [500, { error: "the fit failed" }];
  } finally {
    underWay--;
  }
}

export const server = createServer(async (request, response) => {
  const [status, answer] = await answerTo(request);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
});

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => {
    console.log(`http://127.0.0.1:${server.address().port}/`);
  });
