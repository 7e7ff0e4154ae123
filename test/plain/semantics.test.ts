// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates are those of programs
// What a plain program means: JavaScript's own on plain values, selection on latents, and refusals with the place and the way out.
import { SourceMap } from "node:module";
import { describe, expect, it } from "vitest";
import { explain, fit, logJoint } from "../../src/index.ts";
import { transform } from "../../src/plain/transform/index.ts";
import { trace } from "../../src/program/trace.ts";
import { callsModel, graphOf, plainDefault, plainModel } from "../support/plain.ts";

/** Runs a marked function and the same function as it stands; both results. */
function both(body: string): [unknown, unknown] {
  const plain = plainDefault(`export default /* @nondiff */ () => {\n${body}\n};`) as () => unknown;
  return [plain(), new Function(body)()];
}

describe("values that are not traced", () => {
  it.each([
    'return "a" + 1 + undefined + [1, 2];',
    "return [1n + 2n, 2n ** 3n, 1n < 2, -3n, 5n / 2n];",
    'const o = {}; return [o === o, o === {}, null == undefined, "1" == 1, NaN === NaN, NaN !== NaN];',
    'let s = ""; for (let i = 0; i < 5; i++) { if (i === 1) continue; if (i > 3) break; s += i; } return s;',
    "const log = []; const f = (x) => (log.push(x), x); f(0) && f(1); f(2) || f(3); f(4) ?? f(5); f(6) ? f(7) : f(8); return log;",
    'let x = "5"; const y = x++; return [x, y, typeof y];',
    "const o = { a: 1, b: [1, 2] }; o.a += 2; o.b[1] *= 3; o.c ??= 7; o.a &&= 9; o.d ||= 4; o.b[0]++; --o.b[1]; return o;",
    "function f(n) { if (n === 0) return 1; if (n < 0) { if (n < -5) return -5; n = -n; } return n * f(n - 1); } return [f(4), f(-3), f(-9)];",
    'const f=(k)=>{switch(k){case"a":return-1;default:return[2]}};let s=0;for(const x of[1,2])s+=x;for(const k in{b:1})s+=k;return[f("a"),f(1),s]',
    "const f = (x) => { switch (x) { case 1: return 'one'; case 2: x += 5; default: return x; } }; return [f(1), f(2), f(3)];",
    "try { throw new Error('no'); } catch ({ message }) { return message; } finally { Math.max(1, 2); }",
    "const { a = 1 + 1, ...rest } = { b: 2, c: 3 }; let p = 1, q = 2; [p, q] = [q, p]; return [a, rest, p, q];",
    "const o = undefined; return [o?.x, o?.[1 + 1], o?.f(), typeof nothing, typeof o, void 0, !o, !!1];",
    "return [Math.max(), Math.max(1, 3, 2), Math.exp(0.3), Math.floor(2.5), 'a' + `b${1 + 1}`, 7 & 3, ~5, 1 << 4];",
    "class A { #n = 1 + 1; get n() { return this.#n * 2; } add(k) { if (k > 1) this.#n += k; return this; } } return new A().add(3).n;",
    "const list = [3, 1, 2]; list.sort((a, b) => a - b); list.push(4 + 1); delete list[0]; return [list, 1 in list];",
    "outer: for (const i of [1, 2, 3]) { for (const j of [1, 2]) { if (i * j === 4) break outer; if (j > i) continue outer; } } let n = 0; while (n < 3) n++; do { n += 2; } while (n < 9); return n;",
    "{ const a = 1; if (a > 0) { return helper(a); } } function helper(x) { return x + 1; }",
    "function late(x) { if (x > 1) return h(x); return 0; function h(y) { return y * 2; } } return [late(3), late(0)];",
    "const g = function* () { let i = 0; while (i < 3) { if (i === 1) yield 'one'; yield i++; } }; return [...g()];",
    "let total = 0; const add = (x) => { total += x; }; if (total === 0) add(2); [1, 2].forEach((x) => { if (x > 1) total += x; }); return total;",
    "if (1 > 2) return 1; else if (2 > 3) return 2; let x = 5; { if (x > 4) { x++; } } return x;",
  ])("behave as in JavaScript: %s", (body) => {
    const [plain, own] = both(body);
    expect(plain).toEqual(own);
  });

  it("wait in async functions", async () => {
    const f = plainDefault(
      "export default /* @nondiff */ async (x) => { if (x > 1) { await null; return x + 1; } return x > 0 ? await 7 : x; };",
    ) as (x: number) => Promise<number>;
    expect([await f(2), await f(1), await f(0)]).toEqual([3, 7, 0]);
  });
});

const Z = 'const z = sample("z", normal(0, 1));\n';

describe("decisions on latents", () => {
  it.each([
    [
      "let m = -2; if (z > 0) m = 5; observe(normal(m, 1), 0);",
      "observe(normal(branch(gt(z, 0), () => 5, () => -2), 1), 0);",
    ],
    ["observe(normal(z > 0 ? 5 : -2, 1), 0);", "observe(normal(where(gt(z, 0), 5, -2), 1), 0);"],
    [
      "const m = [0, z]; if (z > 1) m[0] += 3; observe(normal(m[0], 1), 0);",
      "observe(normal(where(gt(z, 1), 3, 0), 1), 0);",
    ],
    [
      "const o = { m: 1 }; if (z > 1) o.m = z; else o.m = 2; observe(normal(o.m, 1), 0);",
      "observe(normal(where(gt(z, 1), z, 2), 1), 0);",
    ],
    [
      "let s = 0; const add = (x) => { s += x; }; if (z > 1) add(z); observe(normal(s, 1), 0);",
      "observe(normal(where(gt(z, 1), z, 0), 1), 0);",
    ],
    [
      "let hot = false; if (z > 1) hot = true; observe(normal(hot ? 1 : 2, 1), 0);",
      "observe(normal(where(gt(z, 1), 1, 2), 1), 0);",
    ],
    [
      "const f = (x) => { if (x > 1) return 3; return x; }; observe(normal(f(z), 1), 0);",
      "observe(normal(branch(gt(z, 1), () => 3, () => z), 1), 0);",
    ],
    ["z > 1 && observe(normal(z, 1), 0);", "branch(gt(z, 1), () => observe(normal(z, 1), 0));"],
    [
      "if (z > 1) { const a = z * 2; observe(normal(a, 1), 0); return; } observe(normal(z, 1), 1);",
      "branch(gt(z, 1), () => observe(normal(mul(z, 2), 1), 0), () => observe(normal(z, 1), 1));",
    ],
    [
      "let x; if (z > 1) x = z; if (z > 1) observe(normal(1, 1), 0);",
      "branch(gt(z, 1), () => observe(normal(1, 1), 0));",
    ],
  ])("%s", (plain, calls) => {
    const numbers = new Map<string, number>();
    const terms = (model: Parameters<typeof graphOf>[0]) => graphOf(model, numbers).slice(0, -1);
    expect(terms(plainModel(Z + plain))).toEqual(terms(callsModel(Z + calls)));
  });

  it("may return in an arm of an arm: what follows is run where none did", () => {
    const model = plainModel(
      `${Z}const f = (x) => { let y = 1; if (x > 0) { if (x > 1) return 10; y = 2; } return y; };\nobserve(normal(f(z), 1), 0);`,
    );
    const calls = callsModel(`${Z}observe(normal(where(gt(z, 1), 10, where(gt(z, 0), 2, 1)), 1), 0);`);
    for (const z of [-1, 0.5, 2]) expect(logJoint(model, [z])).toBe(logJoint(calls, [z]));
  });

  it("of a discrete latent compare with ===", () => {
    const model = plainModel(
      'const k = sample("k", categorical([0.2, 0.8])); sample("z", normal(k === 1 ? 3 : -3, 1));',
    );
    const calls = callsModel(
      'const k = sample("k", categorical([0.2, 0.8])); sample("z", normal(where(eq(k, 1), 3, -3), 1));',
    );
    expect(fit(model, { steps: 20, seed: 1 }).mean("z")).toBe(fit(calls, { steps: 20, seed: 1 }).mean("z"));
  });
});

describe("what cannot be is refused with the place and the way out", () => {
  it.each([
    [
      "for (let i = 0; i < z; i++) observe(normal(i, 1), 0);",
      /^model\.js:4:17: the condition of a loop depends on a latent; got a traced condition, .*for \(let i = 0; i < MOST/,
    ],
    ["while (z > 0) {}", /^model\.js:4:8: the condition of a loop/],
    [
      "const d = [1, 2]; observe(normal(d[z], 1), 0);",
      /^model\.js:4:\d+: an index depends on a latent; .*pick\(values, k\)/,
    ],
    [
      "for (var x of [1, 2]) { var y = x; if (z > x) continue; observe(normal(y, 1), 0); }",
      /^model\.js:4:\d+: an `if` that leaves what is around it depends on a latent; .*`else` arm/,
    ],
    [
      "for (;;) { if (z > 1) break; }",
      /^model\.js:4:1: a loop without a condition is left by a decision on a latent; .*for \(let i = 0; i < MOST; i\+\+\)/,
    ],
    [
      "let n = 0; while (n < 3) { if (z > n) n++; n++; }",
      /^model\.js:4:19: the condition of a loop depends on a latent/,
    ],
    [
      "for (let i = 0; i < 3; i++) { if (z > 0) i++; observe(normal(z, 1), 0); }",
      /^model\.js:4:17: the condition of a loop depends on a latent/,
    ],
    [
      "const o = { n: 0 }; for (; o.n < 3; o.n++) if (z > o.n) break;",
      /^model\.js:4:37: an assignment to `n` in the head of a loop that a decision on a latent leaves; got the loop at model\.js:4:21, expected it in the body/,
    ],
    [
      "function* rows() { for (const x of [1, 2]) { observe(normal(x, 1), 0); yield x; } } for (const x of rows()) if (z > x) break;",
      /^model\.js:4:46: a statement in the head of a loop that a decision on a latent leaves/,
    ],
    ["switch (z) { case 1: break; }", /^model\.js:4:9: what a switch decides by depends on a latent/],
    ["if (z > 1) throw new Error('no');", /^model\.js:4:12: `throw` in an arm .*factor/],
    ["try { if (z > 1) throw new Error('no'); } catch {}", /^model\.js:4:18: `throw` in an arm/],
    ["const l = []; if (z > 1) l.push(z);", /^model\.js:4:26: `push` in an arm of a decision on a latent changes/],
    ["let s = 'a'; if (z > 1) s = 'b'; observe(normal(z, 1), 0, s);", /^model\.js:4:14: `s` differs between the arms/],
    ["let x; if (z > 1) x = z; observe(normal(x + 1, 1), 0);", /`x` has a value in one arm only/],
    [
      "observe(z > 0 ? normal(1, 1) : normal(2, 1), 0);",
      /got the distribution normal and the distribution normal, expected the decision in the parameters/,
    ],
    ["observe(normal(z & 2, 1), 0);", /^model\.js:4:16: an operand of `&` depends on a latent/],
    ["observe(normal(Math.fround(z), 1), 0);", /Math\.fround of a latent is not known; .*trunc/],
    ["let x; if (z > 1) x = z; observe(normal(x, 1), 0);", /^model\.js:4:8: `x` has a value in one arm only/],
    [
      "const f = (x) => { for (const r of [1, 2]) if (x < r) return r; }; observe(normal(f(z), 1), 0);",
      /^model\.js:4:20: `return` has a value in one arm only/,
    ],
    [
      "const o = {}; for (const x of o.rows) observe(normal(z, 1), x);",
      /^model\.js:4:31: a loop runs over what has no entries; got undefined/,
    ],
    [
      "observe(normal('ab'.charCodeAt(z), 1), 0);",
      /^a traced number: it has no plain value; got it where JavaScript needs a number or a text of its own, .*pick\(values, k\).* \(model "m", after sample "z"\)$/,
    ],
    ["observe(normal(z, -1), 0);", /^model\.js:4:1: observe "y0"/],
  ])("%s", (body, message) => {
    // The statements begin in line 3.
    expect(() => trace(plainModel(Z + body))).toThrow(message);
  });

  it("a program that was not transformed", () => {
    expect(() => plainDefault('const { defineModel } = nondiff; return defineModel("m", () => {});')).toThrow(
      /^defineModel: the program of "m" was not transformed/,
    );
  });

  it("a program that waits", () => {
    const waiting = 'import { defineModel } from "nondiff/plain";\nexport default defineModel("m", async () => {});';
    expect(() => trace(plainDefault(waiting) as Parameters<typeof trace>[0])).toThrow(
      'model "m": the program is asynchronous; got a promise, expected it to return at once',
    );
  });

  it("text that is no JavaScript, with its place", () => {
    expect(() => plainDefault('import { x } from "nondiff/plain";\nlet y = ;')).toThrow(/^model\.js:2:9: /);
  });
});

describe("explain", () => {
  it("says where conditions and sites stand", () => {
    const { text } = explain(
      plainModel(`${Z}if (z > 1)\n  observe(normal(3 * z, 1), 0);\nobserve(normal(z, 1), 1, "other");`),
    );
    expect(text).toMatch(/^ {2}z > 1 \(model\.js:4:5\)$/m);
    expect(text).toMatch(/jumps: observe "y0" \(model\.js:5:3\)/);
  });
});

describe("source maps", () => {
  it("lead from every name and number of the result to where it stands in the source", () => {
    const source = `import { defineModel, normal } from "nondiff/plain";
export default defineModel("m", ({ sample, observe }) => {
  const first = sample("first", normal(0.25, 1)), second = first * 3.5 - 7.75;
  if (second > 8.5 && first < 9.25) observe(normal(second ** 2, 1.5), 6.125); else
    observe(normal(-first, 2.5), 5.0625);
});`;
    const { code, map } = transform(source, { file: "model.js" })!;
    const found = new SourceMap({ ...map, sourcesContent: [source] } as unknown as ConstructorParameters<
      typeof SourceMap
    >[0]);
    const [lines, own] = [code.split("\n"), source.split("\n")];
    for (const word of ["0.25", "3.5", "7.75", "8.5", "9.25", "6.125", "5.0625", "2.5", "1.5"]) {
      const line = lines.findIndex((text) => text.includes(word));
      const entry = found.findEntry(line, lines[line]!.indexOf(word)) as {
        originalLine: number;
        originalColumn: number;
      };
      const ownLine = own.findIndex((text) => text.includes(word));
      expect([word, entry.originalLine, entry.originalColumn]).toEqual([word, ownLine, own[ownLine]!.indexOf(word)]);
    }
  });
});

describe("types", () => {
  it("are taken out, and programs with them have the same graph", () => {
    const typed = `import { defineModel, normal, type Model } from "nondiff/plain";
interface Row { readonly x: number }
type Pair<T> = [T, T];
const rows = [{ x: 1 }, { x: 2 }] as const satisfies readonly Row[];
function twice<T extends number>(this: void, x: T, y?: number): number { return (x as number) * 2 + (y ?? 0)!; }
export default defineModel("m", ({ sample, observe }): void => {
  const z: number = sample("z", normal(0, 1));
  for (const { x } of rows as readonly Row[]) observe(normal(z > x ? z : x, 1), <number>twice(1), \`y\${x}\`);
});`;
    const calls = callsModel(
      'const z = sample("z", normal(0, 1)); for (const x of [1, 2]) observe(normal(where(gt(z, x), z, x), 1), 2, `y${x}`);',
    );
    const numbers = new Map<string, number>();
    expect(graphOf(plainDefault(typed, "model.ts") as never, numbers)).toEqual(graphOf(calls, numbers));
  });
});
