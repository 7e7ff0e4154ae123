import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bench, exponent } from "../../bench/growth.ts";

test("the exponent is that of a power, whatever lies in the lower half", () => {
  const points = [1, 10, 100, 1000].map((size) => ({
    size,
    making: size < 10 ? 7 : 3 * size ** 1.5,
    nanoseconds: 0,
    bytes: 0,
  }));
  expect(exponent(points, ({ making }) => making)).toBeCloseTo(1.5, 12);
});

test("growth is printed, with what was left out, and drawn into a report that needs nothing else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nondiff-growth-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const lines: string[] = [];
  await bench("smoke", (line) => lines.push(line), undefined, folder);
  for (const axis of [
    "nodes",
    "observations",
    "latents",
    "parallel ifs",
    "parallel ifs, counts",
    "separate ifs",
    "ifs in one term",
    "steps that feed back",
    "ns for a node of a chain",
    "lanes",
  ])
    expect(lines.some((line) => line.startsWith(axis))).toBe(true);
  expect(lines.filter((line) => line.startsWith("  exponent"))).toHaveLength(9);
  const svgs = readdirSync(folder).filter((name) => name.endsWith(".svg"));
  expect(svgs).toHaveLength(5);
  for (const name of svgs) expect(readFileSync(join(folder, name), "utf8")).not.toMatch(/NaN|Infinity|undefined/);
  const report = readFileSync(join(folder, "report.html"), "utf8");
  expect(report.match(/<img /g)).toHaveLength(5);
  expect(report).not.toMatch(/(src|href)="(?!data:)/);
});
