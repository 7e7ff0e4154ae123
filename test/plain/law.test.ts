// The law of plain programs: written with operators and ifs, a model has the very graph that it has when written with calls.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayHavePrograms } from "../../src/plain/transform/index.ts";
import { callsModel, graphOf, plainModel } from "../support/plain.ts";

/** A piece of a program in both styles. */
interface Both {
  readonly plain: string;
  readonly calls: string;
}

const VARIABLES = ["a", "b", "x", "y"];
const name = fc.constantFrom(...VARIABLES);
const number = fc.constantFrom("0.5", "1.5", "2", "3");
const BINARY = { "+": "add", "-": "sub", "*": "mul", "/": "div" } as const;
const COMPARISON = { ">": "gt", "<": "lt", ">=": "ge", "<=": "le" } as const;
const operators = <T extends object>(table: T) => fc.constantFrom(...(Object.entries(table) as [string, string][]));

const { value, test } = fc.letrec<{ value: Both; test: Both }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    name.map((v) => ({ plain: v, calls: v })),
    fc.tuple(operators(BINARY), tie("value"), tie("value")).map(([[sign, f], p, q]) => ({
      plain: `(${p.plain} ${sign} ${q.plain})`,
      calls: `${f}(${p.calls}, ${q.calls})`,
    })),
    fc
      .tuple(operators(BINARY), tie("value"), number)
      .map(([[sign, f], p, q]) => ({ plain: `(${p.plain} ${sign} ${q})`, calls: `${f}(${p.calls}, ${q})` })),
    fc
      .tuple(fc.constantFrom("exp", "sin", "tanh", "abs"), name, number)
      .map(([f, p, q]) => ({ plain: `Math.${f}(${p} * ${q})`, calls: `${f}(mul(${p}, ${q}))` })),
    fc
      .tuple(fc.constantFrom("max", "min"), tie("value"), tie("value"))
      .map(([f, p, q]) => ({ plain: `Math.${f}(${p.plain}, ${q.plain})`, calls: `${f}(${p.calls}, ${q.calls})` })),
    tie("value").map((p) => ({ plain: `-(${p.plain})`, calls: `neg(${p.calls})` })),
    fc.tuple(tie("test"), tie("value"), tie("value")).map(([t, p, q]) => ({
      plain: `(${t.plain} ? ${p.plain} : ${q.plain})`,
      calls: `where(${t.calls}, ${p.calls}, ${q.calls})`,
    })),
  ),
  test: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc
      .tuple(operators(COMPARISON), tie("value"), number)
      .map(([[sign, f], p, q]) => ({ plain: `(${p.plain} ${sign} ${q})`, calls: `${f}(${p.calls}, ${q})` })),
    fc.tuple(fc.constantFrom("&&", "||"), tie("test"), tie("test")).map(([sign, p, q]) => ({
      plain: `(${p.plain} ${sign} ${q.plain})`,
      calls: `${sign === "&&" ? "and" : "or"}(${p.calls}, ${q.calls})`,
    })),
    tie("test").map((p) => ({ plain: `!${p.plain}`, calls: `not(${p.calls})` })),
  ),
}));

const observation = fc.tuple(value, number).map(([p, data]) => ({
  plain: `observe(normal(${p.plain}, 1), ${data});`,
  calls: `observe(normal(${p.calls}, 1), ${data});`,
}));
const all = (parts: readonly Both[]): Both => ({
  plain: parts.map(({ plain }) => plain).join("\n"),
  calls: parts.map(({ calls }) => calls).join("\n"),
});

/** Statements, and whether the function ends with them. */
const { statements } = fc.letrec<{ statement: Both; statements: Both }>((tie) => ({
  statement: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    observation,
    fc
      .tuple(fc.constantFrom("x", "y"), value)
      .map(([v, p]) => ({ plain: `${v} = ${p.plain};`, calls: `${v} = ${p.calls};` })),
    fc.tuple(operators(BINARY), fc.constantFrom("x", "y"), value).map(([[sign, f], v, p]) => ({
      plain: `${v} ${sign}= ${p.plain};`,
      calls: `${v} = ${f}(${v}, ${p.calls});`,
    })),
    fc.tuple(test, tie("statements"), tie("statements")).map(([t, p, q]) => ({
      plain: `if (${t.plain}) {\n${p.plain}\n} else {\n${q.plain}\n}`,
      calls: decision(t.calls, p.calls, q.calls),
    })),
    fc.tuple(test, tie("statement")).map(([t, p]) => ({
      plain: `if (${t.plain}) { ${p.plain} }`,
      calls: decision(t.calls, p.calls, ""),
    })),
    tie("statement").map((p) => ({
      plain: `for (let i = 0; i < 2; i++) { ${p.plain} }`,
      calls: `for (let i = 0; i < 2; i++) { ${p.calls} }`,
    })),
  ),
  statements: fc.array(tie("statement"), { minLength: 1, maxLength: 3 }).map(all),
}));

// Both arms start from the same variables, and what they leave in those that either assigns is one by `branch`.
function decision(condition: string, then: string, otherwise: string): string {
  const assigned = [...new Set([...`${then}\n${otherwise}`.matchAll(/^\s*(?:.*\{ )?([xy]) = /gm)].map(([, v]) => v!))];
  const variables = ["x", "y"].filter((v) => assigned.includes(v) || new RegExp(`\\b${v} = `).test(then + otherwise));
  if (variables.length === 0) return `branch(${condition}, () => {\n${then}\n}, () => {\n${otherwise}\n});`;
  const list = variables.join(", ");
  const arm = (code: string): string => `() => {\n[${list}] = before;\n${code}\nreturn [${list}];\n}`;
  return `{ const before = [${list}]; [${list}] = branch(${condition}, ${arm(then)}, ${arm(otherwise)}); }`;
}

const END = "observe(normal(x, 1), 1);\nobserve(normal(y, 1), 2);";
// With a return somewhere at the top: what follows is the other arm.
const program = fc
  .tuple(statements, fc.option(fc.tuple(test, statements)), statements)
  .map(([first, leaving, last]): Both => {
    const begin = 'const a = sample("a", normal(0, 1)), b = sample("b", normal(1, 2));\nlet x = a, y = b;\n';
    if (!leaving)
      return {
        plain: `${begin}${all([first, last]).plain}\n${END}`,
        calls: `${begin}${all([first, last]).calls}\n${END}`,
      };
    const [t, then] = leaving;
    return {
      plain: `${begin}${first.plain}\nif (${t.plain}) {\n${then.plain}\n${END}\nreturn;\n}\n${last.plain}\n${END}`,
      calls: `${begin}${first.calls}\n{ const saved = [x, y];\nbranch(${t.calls}, () => {\n${then.calls}\n${END}\n}, () => {\n[x, y] = saved;\n${last.calls}\n${END}\n}); }`,
    };
  });

describe("a plain program", () => {
  it("is known by what it imports or by its mark", () => {
    expect(mayHavePrograms('import { defineModel } from "nondiff/plain";')).toBe(true);
    expect(mayHavePrograms("/* @nondiff */ (x) => x > 0")).toBe(true);
    expect(mayHavePrograms('import { defineModel } from "nondiff";')).toBe(false);
  });

  it("has the same graph as one of calls, node for node", () => {
    const sizes: number[] = [];
    fc.assert(
      fc.property(program, ({ plain, calls }) => {
        const numbers = new Map<string, number>();
        const expected = graphOf(callsModel(calls), numbers);
        sizes.push(numbers.size);
        expect(graphOf(plainModel(plain), numbers)).toEqual(expected);
      }),
      { seed: 20260716, numRuns: process.env["NONDIFF_SOAK"] ? 5000 : 30 },
    );
    expect(Math.max(...sizes)).toBeGreaterThan(100);
  });

  it("has another graph if an operator is another: the comparison sees it", () => {
    const plain = 'const a = sample("a", normal(0, 1)); if (a > 1) observe(normal(a * 2, 1), 3);';
    const calls = (f: string) =>
      `const a = sample("a", normal(0, 1)); branch(${f}(a, 1), () => observe(normal(mul(a, 2), 1), 3));`;
    const numbers = new Map<string, number>();
    const graph = graphOf(plainModel(plain), numbers);
    expect(graphOf(callsModel(calls("gt")), numbers)).toEqual(graph);
    expect(graphOf(callsModel(calls("lt")), numbers)).not.toEqual(graph);
  });
});
