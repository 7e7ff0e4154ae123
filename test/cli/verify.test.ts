// `nondiff verify` prints verdicts, and its exit status is the worst of them.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { VERIFY_OPTIONS } from "../../src/cli/verify.ts";
import { builtPackage } from "../support/package.ts";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
beforeAll(builtPackage);

type Option = `--${keyof typeof VERIFY_OPTIONS}`;

function verify(
  model: string,
  ...args: (Option | (string & {}))[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, "verify", model, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

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
