// Shards by HTTP: a `fetch` handler for edge workers and servers, and the workers that ask it.
//
//     export default { fetch: shardHandler(models, { token: "…" }) };                               // there
//     const workers = fetchWorkers(["https://a.example/", "https://b.example/"], { token: "…" });   // here
//
// Nothing here belongs to one platform: Request, Response, fetch and crypto.subtle are everywhere.
import { shardRunner, shardSamples } from "nondiff/shards";

const answer = (status, body) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

/**
 * A handler that computes the shards of some models. It wants the token, and refuses longer bodies, shards of more samples, and more requests at a time.
 * A shard is data and names a model that the handler has: no code comes in, and only sums and errors of this library go out.
 */
export function shardHandler(
  models,
  { token, mostBytes = 1_000_000, mostSamples = 1_000_000, mostUnderWay = 8, ...options },
) {
  if (typeof token !== "string" || token.length < 16)
    throw new RangeError(
      `shardHandler: token is no secret; got ${token?.length ?? typeof token} characters, expected 16 or more`,
    );
  const { run } = shardRunner(models, options);
  const expected = digest(`Bearer ${token}`);
  let underWay = 0;
  return async (request) => {
    if (request.method !== "POST") return answer(405, { error: "only POST is answered" });
    if (!same(await digest(request.headers.get("authorization") ?? ""), await expected))
      return answer(401, { error: "the token is missing or wrong" });
    if (underWay >= mostUnderWay) return answer(503, { error: "too many requests under way" });
    underWay++;
    try {
      const text = await textOf(request, mostBytes);
      if (text === undefined) return answer(413, { error: `at most ${mostBytes} bytes are taken` });
      const samples = shardSamples(text);
      if (samples > mostSamples)
        return answer(413, { error: `at most ${mostSamples} samples are taken; got ${samples}` });
      return answer(200, run(text));
    } catch (error) {
      // What is wrong with a shard is a RangeError or a TypeError that says so; the rest stays here.
      const isTold = error instanceof RangeError || error instanceof TypeError;
      return answer(isTold ? 400 : 500, { error: isTold ? error.message : "the shard was not computed" });
    } finally {
      underWay--;
    }
  };
}

/** Workers behind urls, asked in turn; what one does not answer in time, or answers with 500 or more, the next one is asked, `attempts` times in all. */
export function fetchWorkers(urls, { token, perUrl = 1, attempts = 3, timeout = 60_000, latency = 50 } = {}) {
  let next = 0;
  return {
    size: urls.length * perUrl,
    latency,
    async run(shard) {
      for (let attempt = 1; ; attempt++) {
        const url = urls[next++ % urls.length];
        try {
          const response = await fetch(url, {
            method: "POST",
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            body: JSON.stringify(shard),
            signal: AbortSignal.timeout(timeout),
          });
          if (response.ok) return await response.json();
          const { error = response.statusText } = await response.json().catch(() => ({}));
          const failure = new Error(`${url}: ${response.status}: ${error}`);
          if (response.status < 500) throw Object.assign(failure, { isFinal: true });
          throw failure;
        } catch (error) {
          if (error.isFinal || attempt >= attempts) throw error;
        }
      }
    },
  };
}

const digest = async (text) => new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

// In a time that says nothing of where they differ.
function same(one, other) {
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one[i] ^ other[i];
  return difference === 0;
}

// The body, as far as it is no longer than that: what a request says of its length may be wrong.
async function textOf(request, mostBytes) {
  const reader = request.body?.getReader();
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > mostBytes) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}
