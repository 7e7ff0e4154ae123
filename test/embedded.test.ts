// The examples that embed the package: a service, a function, a worker of an edge network. `npm run test:examples` asks the first
// 100 times at once, and runs the last one in workerd, and that of a page in Chromium.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TEXT_MESSAGE_COUNTS } from "../src/models/text-messages.ts";
import { builtPackage } from "./support/package.ts";
import { amount } from "./support/soak.ts";

const REQUESTS = amount(12, 100);

/** An example as Node.js loads it. */
const example = (path: string): Promise<unknown> =>
  import(/* @vite-ignore */ new URL(`../examples/${path}`, import.meta.url).href);

describe("examples/service", () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    await builtPackage();
    ({ server } = (await example("service/server.js")) as { server: Server });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => new Promise((resolve) => void server.close(resolve)));

  const rain = [0, 0, 0, 0, 2, 3, 4];
  const ask = async (body: unknown): Promise<{ status: number; answer: Record<string, unknown> }> => {
    const response = await fetch(url, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };

  test(`answers ${REQUESTS} requests at once, each its own`, async () => {
    const answers = await Promise.all(
      Array.from({ length: REQUESTS }, (_, k) => ask({ visitors: [4, 5, 3, 4, k, k + 1, k + 2], rain })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(REQUESTS);
    answers.forEach(({ answer }, k) => {
      // Gamma posteriors of Exponential(0.1) priors.
      const { dry, wet } = answer as Record<"dry" | "wet", { mean: number }>;
      expect(Math.abs(dry.mean - 17 / 4.1)).toBeLessThan(0.1);
      expect(Math.abs(wet.mean / ((3 * k + 4) / 3.1) - 1)).toBeLessThan(0.05);
    });
  });

  test.each([
    ["text in a count", { visitors: [4, 5, "many", 4, 1, 2, 3], rain }, "visitors[2]", { column: "visitors", row: 2 }],
    ["a column that is missing", { rain }, "visitors: ", { column: "visitors" }],
    ["another length", { visitors: [1, 2], rain }, "visitors: wrong length", { column: "visitors" }],
  ])("answers 400 with the column to %s", async (_, body, words, fault) => {
    const { status, answer } = await ask(body);
    expect(status).toBe(400);
    expect(answer["error"]).toContain(words);
    expect((answer["faults"] as object[])[0]).toMatchObject(fault);
  });

  test("answers 400 to what is no JSON, 413 to what is too long, 405 to GET, and goes on", async () => {
    for (const body of ["{", "null", "[]"]) expect((await ask(body)).status).toBe(400);
    expect((await ask(" ".repeat(20_000))).status).toBe(413);
    expect((await fetch(url)).status).toBe(405);
    expect((await ask({ visitors: [4, 5, 3, 4, 1, 2, 3], rain })).status).toBe(200);
  });
});

describe("examples/lambda", () => {
  type Handler = (event: object, context?: object) => Promise<{ statusCode: number; body: string }>;
  let handler: Handler;
  beforeAll(async () => {
    await builtPackage();
    ({ handler } = (await example("lambda/handler.js")) as { handler: Handler });
  });

  test("fits the data of its event, also in base64", async () => {
    const body = JSON.stringify({ visitors: [3, 5, 2, 6, 4] });
    const coded = { body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
    for (const event of [{ body }, coded]) {
      const { statusCode, body: text } = await handler(event, { getRemainingTimeInMillis: () => 60_000 });
      expect(statusCode).toBe(200);
      expect((JSON.parse(text) as { mean: number }).mean).toBeCloseTo(21 / 5.1, 1);
    }
  });

  test("ends in the time that is left", async () => {
    const event = { body: JSON.stringify({ visitors: [3, 5, 2, 6, 4] }) };
    const { statusCode, body } = await handler(event, { getRemainingTimeInMillis: () => 501 });
    expect([statusCode, (JSON.parse(body) as { status: string }).status]).toEqual([200, "budget"]);
  });

  test("answers 400 with the column, and to what is no JSON", async () => {
    const bad = await handler({ body: '{ "visitors": [3, 5, -2, 6, 4] }' });
    expect([bad.statusCode, bad.body]).toEqual([400, expect.stringContaining("visitors[2]")]);
    expect((await handler({})).statusCode).toBe(400);
    expect((await handler({ body: " ".repeat(20_000) })).statusCode).toBe(413);
  });
});

describe("examples/edge-worker", () => {
  let fetchOf: (request: Request) => Promise<Response>;
  beforeAll(async () => {
    await builtPackage();
    fetchOf = ((await example("edge-worker/worker.js")) as { default: { fetch: typeof fetchOf } }).default.fetch;
  });
  const ask = (body: string, headers = { "content-length": String(body.length) }): Promise<Response> =>
    fetchOf(new Request("http://worker/", { method: "POST", body, headers }));
  const counts = TEXT_MESSAGE_COUNTS.slice(28, 56);

  test("finds the change point of four weeks", async () => {
    const response = await ask(JSON.stringify({ counts }));
    expect(response.status).toBe(200);
    const { day, logRateBefore, logRateAfter } = (await response.json()) as Record<string, { mean: number }>;
    expect(day!.mean).toBeGreaterThan(15);
    expect(day!.mean).toBeLessThan(19);
    expect(logRateAfter!.mean - logRateBefore!.mean).toBeGreaterThan(0.1);
  });

  test("answers 400 with the place of what is at fault, 413 to what is too long or tells no length", async () => {
    expect(await (await ask('{ "counts": [1, 2, "3", 4] }')).text()).toContain("counts[2]");
    expect((await ask("[]")).status).toBe(400);
    expect((await ask("{}", { "content-length": "2001" })).status).toBe(413);
    expect((await ask("{}", {} as never)).status).toBe(413);
  });
});
