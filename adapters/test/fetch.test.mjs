// The handler computes shards for who has the token, refuses what is too much or faulty, and a worker that fails is left for another.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { corrected } from "nondiff";
import { reduceShards, runShard, splitShards } from "nondiff/shards";
import { fetchWorkers, shardHandler } from "../fetch.mjs";
import { jumping, models } from "./models.mjs";

const token = "a token of the tests";
const handler = shardHandler(models, { token, mostBytes: 20_000, mostSamples: 5000 });
const shards = splitShards(jumping, { estimator: corrected(), samples: 20_000, seed: 2 }, 7);
const ask = (body, authorization = `Bearer ${token}`) =>
  handler(new Request("http://handler/", { method: "POST", body, headers: { authorization } }));
const errorOf = async (response) => [response.status, (await response.json()).error];

test("a shard is computed, to the bits of runShard", async () => {
  const response = await ask(JSON.stringify(shards[0]));
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), runShard(jumping, shards[0]));
});

test("who has not the token is refused before anything is read", async () => {
  for (const authorization of ["", "Bearer", `Bearer ${token} `.trim().slice(0, -1), `Bearer ${token}x`, token])
    assert.deepEqual(await errorOf(await ask(JSON.stringify(shards[0]), authorization)), [
      401,
      "the token is missing or wrong",
    ]);
  assert.equal((await handler(new Request("http://handler/"))).status, 405);
  assert.throws(() => shardHandler(models, { token: "short" }), /token is no secret; got 5 characters/);
  assert.throws(() => shardHandler(models, {}), /token is no secret/);
});

test("bodies that are too long, shards of too many samples, and faulty ones are refused", async () => {
  assert.equal((await ask(" ".repeat(30_000))).status, 413);
  const stream = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(8000)) });
  const endless = new Request("http://handler/", {
    method: "POST",
    body: stream,
    duplex: "half",
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal((await handler(endless)).status, 413);
  const [large] = splitShards(jumping, { estimator: corrected(), samples: 20_000 }, 1);
  assert.deepEqual(await errorOf(await ask(JSON.stringify(large))), [413, "at most 5000 samples are taken; got 20480"]);
  for (const [body, expected] of [
    ["{", /damaged or cut off/],
    ["{}", /nothing that was saved/],
    [JSON.stringify({ ...shards[0], fingerprint: "0" }), /damaged/],
  ]) {
    const [status, error] = await errorOf(await ask(body));
    assert.equal(status, 400);
    assert.match(error, expected);
  }
});

let [good, bad] = [];
before(async () => {
  const serve = async (answer) => {
    const server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const given = new Request("http://handler/", {
        method: "POST",
        body: Buffer.concat(chunks),
        headers: request.headers,
      });
      const { status, headers, body } = await answer(given).then(async (own) => ({
        status: own.status,
        headers: Object.fromEntries(own.headers),
        body: await own.text(),
      }));
      response.writeHead(status, headers).end(body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  };
  [good, bad] = await Promise.all([serve(handler), serve(async () => new Response("{}", { status: 500 }))]);
});
after(() => {
  for (const server of [good, bad]) server.close();
});
const urlOf = (server) => `http://127.0.0.1:${server.address().port}/`;

test("workers by HTTP have the bits of this thread, also where one of two fails", async () => {
  const workers = fetchWorkers([urlOf(bad), urlOf(good)], { token });
  const partials = [];
  for (const shard of shards) partials.push(await workers.run(shard));
  assert.deepEqual(reduceShards(partials), reduceShards(shards.map((shard) => runShard(jumping, shard))));
  await assert.rejects(
    fetchWorkers([urlOf(good)], { token: "another token" }).run(shards[0]),
    /401: the token is missing or wrong/,
  );
  await assert.rejects(fetchWorkers([urlOf(bad)], { token }).run(shards[0]), /500/);
});
