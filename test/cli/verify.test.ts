// `nondiff verify` prints verdicts, and its exit status is the worst of them.
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { VERIFY_OPTIONS } from "../../src/cli/verify.ts";
import { type Outcome, Session } from "../support/command-line.ts";
import { builtPackage } from "../support/package.ts";

beforeAll(builtPackage);

type Option = `--${keyof typeof VERIFY_OPTIONS}`;

const session = new Session(fileURLToPath(new URL("../..", import.meta.url)));

const verify = (model: string, ...args: (Option | (string & {}))[]): Promise<Outcome> =>
  session.run("verify", model, ...args);

test("exit 0: gradient, model and posterior are right", async () => {
  const { code, stdout } = await verify("gmm");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^model gmm: right\ngradient of gmm by corrected: unbiased at this resolution\n/);
  expect(stdout).toMatch(/\nposterior of gmm: right at this resolution\n {2}chains: R-hat 1\.0/);
});

test("exit 1: an error, of the user or of the model", async () => {
  expect((await verify("nothing")).code).toBe(1);
  const { code, stderr } = await verify("gmm", "--estimator", "best");
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^nondiff: --estimator: got "best", expected one of score/),
  ]);
});

test("exit 2: biased, with the numbers as JSON", async () => {
  const { code, stdout } = await verify("gmm", "--gradient", "--estimator", "reparam", "--json");
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ gradient: { verdict: "biased", reference: "quadrature" } });
});

test("exit 3: undecided", async () => {
  expect((await verify("gmm", "--gradient", "--estimator", "score", "--budget", "1000")).code).toBe(3);
});
