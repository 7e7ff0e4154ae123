// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates are those of programs
/**
 * Programs as people write them. Each is run as it stands, on plain numbers and without the transform, and its log density there is what the
 * traced model must have; or it is refused with file, line and column.
 */
import { describe, expect, it } from "vitest";
import { explain, fit, logJoint } from "../../src/index.ts";
import { native } from "../support/native.ts";
import { plainDefault, plainModel } from "../support/plain.ts";

const Z = 'const z = sample("z", normal(0, 1));\n';
const POINTS = [-2.3, -0.2, 0.3, 0.9, 1.4, 2.6];

describe("programs of a latent have the density that JavaScript gives them", () => {
  it.each([
    "[0.5, 1, 2].forEach((x, i) => { if (z > x) return; observe(normal(z * x, 1), x, `y${i}`); });",
    "const add = (x) => { if (x > 1) return; observe(normal(x, 1), 0); }; add(z); add(2 * z);",
    "const s = [1, 2, 3].map((x) => (x > z ? x * z : z)).reduce((a, b) => a + b, 0); observe(normal(s, 1), 1);",
    "const any = [1, 2].some((x) => x < z), all = [0, 1].every((x) => x < z); observe(normal((any ? 1 : 2) + (all ? 10 : 20), 9), 1);",
    "const hot = [z > 0, z > 1]; observe(normal(hot.some(Boolean) ? 1 : 2, 1), 1); observe(normal(hot.map(Number).reduce((a, b) => a + b), 1), 1);",
    "let n = 0; const found = [1, 2].some((x) => { n += 1; if (z < x) { observe(normal(x, 1), 0); return true; } return false; }); observe(normal(n, found ? 1 : 2), 1);",
    "const { a = z * 2, b: [c = 1, d = c + 1] = [] } = {}; observe(normal(a + c * d, 1), 1);",
    "const f = (x, y = x > 0 ? 1 : -1, { s = 2, t = s * y } = {}) => x * y + t; observe(normal(f(z) + f(z, 2) + f(z, 1, { s: z }), 1), 1);",
    "let n = 0; const bump = () => { n += 1; return n; }; if (z > 0) { bump(); bump(); } else bump(); observe(normal(n, 1), 1);",
    "const f = () => { if (z > 0) n += 1; }; let n = 0; f(); observe(normal(n, 1), 1);",
    'let s = 0; for (const t of ["a", "b", "c"]) switch (t) { case "a": s += z; break; case "b": if (z > 0) s += 2; else s -= 1; default: s *= 2; } observe(normal(s, 1), 1);',
    "let i = 0, s = 0; do { s += z > i ? i : z; i++; } while (i < 3); observe(normal(s, 1), 1);",
    "const m = { a: 1, b: 2 }; let s = 0; for (const key in m) { if (z > m[key] - 1) s += m[key]; } observe(normal(s, 1), 1);",
    "const a = [1, 2]; a[0] += z; a[1] *= z > 0 ? 2 : 3; a[0] **= 2; a[1] /= 2; observe(normal(a[0] - a[1], 1), 1);",
    'const o = { s: 0, t: { u: 1 } }; o.s += z; o["t"].u *= z; if (o.s > 1) o.t.u -= 3; observe(normal(o.s + o.t.u + (o.q?.v ?? 4), 1), 1);',
    "const p = { a: z, b: 2 }; const q = { ...p, b: p.a > 0 ? 1 : p.b }; observe(normal([...[q.a, q.b], z].reduce((x, y) => x - y), 1), 1);",
    "let a = z > 0; a &&= z < 1; let b = z > 1; b ||= z < -1; let c; c ??= z; observe(normal((a ? 1 : 2) + (b ? 10 : 20) + c, 9), 1);",
    "let s = 0; for (let i = 0, j = 3; i < j; i++, j--) s += i * z, s -= j; observe(normal(s, 1), 1);",
    "let s = 0; outer: for (const a of [1, 2, 3]) { for (const b of [1, 2]) { if (a * b > 3) break outer; if (b > a) continue outer; s += a * z > b ? 1 : b; } } observe(normal(s, 1), 1);",
    "let s = 0; try { s = z > 0 ? 1 : 2; JSON.parse('{'); } catch { s += 1; } finally { s *= 2; } observe(normal(s, 1), 1);",
    "function* g() { for (const x of [1, 2]) yield x * z; } let s = 0; for (const v of g()) s += v > 1 ? 1 : v; observe(normal(s, 1), 1);",
    "class Sum { #n = 1; total = 0; constructor(k = 1) { this.k = k; } add(x) { this.#n += x; if (x > 0.5) this.total += x * this.k; return this; } get mean() { return this.total / 3 + this.#n; } } const s = new Sum(2); for (const x of [1, -2]) s.add(x * z); observe(normal(s.mean, 1), 1);",
    "class A { rate(x) { return x > 0 ? 1 : 2; } } class B extends A { rate(x) { return super.rate(x) * 2 + x; } } observe(normal(new B().rate(z), 1), 1);",
    "let v = 0; if (z > 0) { class P { constructor(x) { this.x = x; } } const p = new P(2); p.x += z; v = p.x; } observe(normal(v, 1), 1);",
    "const walk = (t) => t.kids.reduce((s, k) => s + walk(k), z > t.v - 1 ? t.v : 0); observe(normal(walk({ v: 1, kids: [{ v: 2, kids: [] }, { v: 3, kids: [] }] }), 1), 1);",
    "const f = (x, n) => { if (n === 0) return x; if (x > 1) return f(x - 1, n - 1); return f(x * 2, n - 1); }; observe(normal(f(z, 4), 1), 1);",
    "const { exp, max } = Math; observe(normal(max(exp(z), ...[z, -z].map(Math.abs)), 1), 1); observe(normal(Math['tanh'](z) * Math.PI, 1), 1);",
    "observe(normal(Math.atan(z) + Math.asin(z / 3) * Math.acos(-z / 3) + Math.atan2(z, z - 1) + Math.atan2(-z, -1), 1), 1);",
    "observe(normal(Math.atan2(0, z) + Math.atan2(z, 0) + Math.atan2(-1, z) + Math.atan2(z - 1, -2), 1), 1);",
    "let r = z * 4; r %= 3; observe(normal(r + (z % 0.7) - (5.03 % z), 1), 1);",
    "observe(normal(Math.asinh(z) + Math.acosh(4 + z) - Math.atanh(z / 3) + Math.cbrt(z), 1), 1);",
    "const l = Math.log(z); observe(normal(l || 4, 1), 1); observe(normal(isNaN(l) ? 1 : l, 1), 1); observe(normal(l !== l ? 1 : 2, 1), 1);",
    "let a, b; if (z > 0) { a = { v: 1 }; b = a; } else { a = { v: 2 }; b = a; } a.v += 1; observe(normal(b.v, 1), 1);",
    "const d = { x: 1 }; let o = d; if (z > 0) { o = structuredClone(d); o.x = z; } observe(normal(o.x + d.x, 1), 1);",
    "const g = [['a', 1], ['b', 2], ['a', 3]].reduce((all, [k, v]) => { (all[k] ??= []).push(v > z ? v : z); return all; }, {}); observe(normal(g.a[0] + g.a[1] * g.b[0], 1), 1);",
    "let st = { at: 0, by: 1 }; const seen = []; for (let i = 0; i < 3; i++) { const at = st.at + st.by; st = at > z ? { at: z, by: -st.by } : { at, by: st.by }; seen.push(st); } observe(normal(seen[0].at + seen[2].at * seen[1].by, 1), 1);",
    "const path = [z]; for (let i = 1; i < 4; i++) path[i] = path[i - 1] > 0.5 ? path[i - 1] * 0.5 : path[i - 1] + 1; observe(normal(path.at(-1), 1), 1);",
    "const store = { get: (k) => (k > 0 ? 1 : 2), has: () => true }; const s = new Set(['a', 'a']); observe(normal(store.get(z) + s.size + ('abc'.includes('b') ? z : 0), 1), 1);",
  ])("%s", (body) => {
    const model = plainModel(Z + body);
    for (const z of POINTS) {
      const expected = native(Z + body, [z]);
      expect(Math.abs(logJoint(model, [z]) - expected), `z=${z}`).toBeLessThan(1e-12 * (1 + Math.abs(expected)));
    }
  });
});

describe("programs of a discrete latent have the evidence that JavaScript gives them", () => {
  const K = 'const k = sample("k", categorical([0.2, 0.3, 0.5]));\nsample("z", normal(0, 1));\n';
  it.each([
    "observe(normal([0, 2].includes(k) ? 1 : 3, 1), 1);",
    "observe(normal([0, 2, 0].indexOf(k) + 2 * [0, 2, 0].lastIndexOf(k), 1), 1);",
    "observe(normal(Number(k === 1) + +(k > 1) + (Boolean(k) ? 4 : 0), 1), 1);",
    "observe(normal((5 * k - 4) % 3, 1), 1); if (k % 2 === 0) observe(normal(k, 1), 2);",
    "[1, 5, -3].forEach((m, i) => { if (k === i) observe(normal(m, 1), 1); });",
    "const memo = new Map(); const f = (i) => { if (memo.has(i)) return memo.get(i); const v = i < 2 ? i + k : f(i - 1) + f(i - 2); memo.set(i, v); return v; }; observe(normal(f(4), 1), 1);",
    "observe(normal([-2, 0, 3][k], 1), 1); observe(normal(new Float64Array([5, 5, 1])[2 - k], 1), 1);",
    "observe(normal([{ m: [1, 4] }, { m: [2, 5] }, { m: [7, 6] }][k].m[1], 1), 1); if ([false, true, false][k]) observe(normal(k, 1), 2);",
    "observe(normal([0, 2].find((x) => x === 2 || x >= k) + 10 * [0, 1, 2].findLastIndex((x) => x <= k) + [3, 1].findIndex((x) => x === k), 9), 1);",
    "const sorted = [k, 1, 3 - 2 * k].sort((x, y) => x - y); observe(normal(sorted[0] + 10 * sorted[1] + 100 * sorted[2], 50), 1);",
    "const rows = [{ at: k, w: 1 }, { at: 1, w: 2 }, { at: 0.5, w: 3 }]; const [top] = rows.toSorted((x, y) => y.at - x.at); observe(normal(top.w + 5 * rows[0].w, 1), 1);",
    "let isOn = false, level = 0; for (const [i, y] of [1, 2, 1].entries()) { level += isOn ? 2 : 0; observe(normal(level, 1), y); isOn = k > i; }",
    "let o; if (k === 0) o = { m: 1 }; else if (k === 1) o = { m: 2 }; else o = { m: 7 }; o.m += 1; observe(normal(o.m, 1), 1);",
  ])("%s", (body) => {
    const densities = [0, 1, 2].map((k) => native(K + body, [k, 0]) + Math.log(Math.sqrt(2 * Math.PI)));
    const evidence = Math.log(densities.reduce((sum, l) => sum + Math.exp(l), 0));
    expect(fit(plainModel(K + body), { seed: 1 }).report!.elbo).toBeCloseTo(evidence, 3);
  });
});

describe("what would come out wrong is refused with its place", () => {
  it.each([
    [
      "observe(normal([1, 2].filter((x) => x > z).length, 1), 1);",
      /^model\.js:4:16: what `filter` decides by .*a loop over all entries/,
    ],
    [
      "const hot = z > 0; observe(normal(hot ? 1 : [1, 2].find(() => hot), 1), 1);",
      /^model\.js:4:45: `find` has a value in one arm only/,
    ],
    ["observe(normal([z, 1].toSorted()[0], 1), 1);", /^model\.js:4:16: an entry that `toSorted` puts in its place/],
    [
      "const o = { xs: [1] }; observe(normal(o?.xs.filter((x) => x > z).length, 1), 1);",
      /^model\.js:4:59: a condition on a latent was made but never used/,
    ],
    ["const xs = [0, 1]; xs[z] = 2;", /^model\.js:4:20: an index depends on a latent/],
    ["const xs = [() => 1, () => 2]; observe(normal(xs[z](), 1), 1);", /^model\.js:4:50: an index depends on a latent/],
    ["observe(normal({ 0: 1 }[z], 1), 1);", /^model\.js:4:25: an index depends on a latent/],
    ["observe(normal(new Map([[0, 1]]).get(z), 1), 1);", /^model\.js:4:16: the key of `get`/],
    ["observe(normal(new Set([z, 1]).size, 1), 1);", /^model\.js:4:24: a key of a Set/],
    ["observe(normal(new Array(z).length, 1), 1);", /^model\.js:4:26: what new Array is given .*largest count/],
    ["observe(normal(Object.is(z, 1) ? 1 : 2, 1), 1);", /^model\.js:4:16: what Object\.is is asked of/],
    ["observe(normal(parseFloat(z), 1), 1);", /^model\.js:4:16: what parseFloat is given/],
    [
      "observe(normal(1, 1), 1, z.toFixed(2));",
      /^model\.js:4:26: what `toFixed` is asked of .*texts made of the data alone/,
    ],
    ["observe(normal(1, 1), 1, `y${z}`);", /^model\.js:4:30: what a template prints/],
    [
      'observe(normal(1, 1), 1, "y" + z);',
      /^model\.js:4:26: an operator is given what is no number .*got "y" beside a traced number/,
    ],
    [
      "for (const row of [{ x: 1 }, {}]) observe(normal(row.x * z, 1), 1);",
      /^model\.js:4:50: an operator is given .*got undefined beside/,
    ],
    [
      "const l = { s: 0 }, r = { s: 0 }; for (const x of [1, 2]) { const side = x > z ? l : r; side.s += x; }",
      /^model\.js:4:89: an assignment to `s` changes an array or object that a decision on a latent selects; got one of those at model\.js:4:74/,
    ],
    [
      "const a = { s: 1 }, b = { s: 2 }; const c = z > 0 ? a : b; a.s = 5; observe(normal(c.s, 1), 1);",
      /^model\.js:4:60: an assignment to `s` changes/,
    ],
    [
      "const a = [], b = []; const c = z > 0 ? a : b; c.push(1);",
      /^model\.js:4:48: `push` changes an array or object that a decision/,
    ],
    ["const o = { x: 1 }; if (z > 0) Object.assign(o, { x: 2 });", /^model\.js:4:32: `assign` in an arm/],
    ['const o = []; if (z > 0) o["push"](2);', /^model\.js:4:26: `push` in an arm/],
    [
      "class A { #x = 1; bump() { this.#x += 2; } } const a = new A(); if (z > 0) a.bump();",
      /^model\.js:4:28: an assignment to a private member in an arm/,
    ],
    [
      "const a = { set x(y) { this.v = y * 2; } }; if (z > 0) a.x = 3;",
      /^model\.js:4:56: `x` is set by a setter in an arm/,
    ],
    ["const l = [1]; if (z > 0) l[1] = 5;", /^model\.js:4:16: `\[1\]` is made in one arm only/],
    ["function* g() { yield 1; yield 2; } const it = g(); if (z > 0) it.next();", /^model\.js:4:64: `next` in an arm/],
    [
      "let o; if (z > 0) o = { x: 1 }; observe(normal(o?.x ?? 5, 1), 1);",
      /^model\.js:4:8: `o` has a value in one arm only/,
    ],
    ["let o; if (z > 0) o = 1; observe(normal(o ?? 5, 1), 1);", /^model\.js:4:8: `o` has a value in one arm only/],
  ])("%s", (body, message) => {
    // The statements begin in line 3.
    expect(() => explain(plainModel(Z + body))).toThrow(message);
  });

  it("an enum, which is more than a type", () => {
    const code =
      'import { defineModel } from "nondiff/plain";\nenum Arm { Left, Right }\nexport default defineModel("m", () => {});';
    expect(() => plainDefault(code, "model.ts")).toThrow(
      /^model\.ts:2:1: this is more than a type; .*to try: a plain object/,
    );
  });
});
