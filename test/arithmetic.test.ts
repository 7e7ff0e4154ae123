// The same bits on every engine: the sources compute with what IEEE 754 and ECMAScript define to the last bit.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

describe("arithmetic that every engine does alike", () => {
  // What IEEE 754 and ECMAScript define to the last bit, integer arithmetic, constants; beside them powers of 2.
  const exact = /^(abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc|[A-Z]\w*)$/;
  const impure = (text: string): string[] => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"]*"/g, "");
    return [...code.matchAll(/Math\.(\w+)|(?<!\b2 )\*\*/g)]
      .filter(([, name]) => !exact.test(name ?? ""))
      .map(([found]) => found);
  };
  const folder = new URL("../src/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !/^(cli|models|plain)\b/.test(name),
  );

  test.each(files)("%s uses no function of Math that engines may round as they like", (name) => {
    expect(impure(readFileSync(new URL(name, folder), "utf8"))).toEqual([]);
  });

  test("the same check finds such functions and powers", () => {
    expect(impure("(x) => Math.sin(x) + Math.sqrt(x ** y) + 2 ** x // Math.cos")).toEqual(["Math.sin", "**"]);
    expect(files.length).toBeGreaterThan(30);
  });
});
