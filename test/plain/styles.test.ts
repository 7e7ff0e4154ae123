// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates are those of programs
/** Programs in the styles of those who write JavaScript and TypeScript every day: the graph is that of the same model written with calls. */
import { expect, it } from "vitest";
import { logJoint } from "../../src/index.ts";
import { callsModel, plainDefault, plainModel } from "../support/plain.ts";

const Z = 'const z = sample("z", normal(0, 1));\n';
const POINTS = [-2.3, -0.2, 0.3, 0.9, 1.4, 2.6];

it.each([
  [
    "class Line { constructor(a, b) { this.a = a; this.b = b; } at(x) { return this.a + this.b * x; } } const l = new Line(1, z); observe(normal(l.at(2), 1), 1);",
    "observe(normal(add(1, mul(z, 2)), 1), 1);",
  ],
  [
    "class A { static rate(x) { return x > 0 ? 1 : 2; } } observe(normal(A.rate(z), 1), 1);",
    "observe(normal(where(gt(z, 0), 1, 2), 1), 1);",
  ],
  [
    "class A { get double() { return 2 * z; } } observe(normal(new A().double, 1), 1);",
    "observe(normal(mul(2, z), 1), 1);",
  ],
  [
    "class A { x = 0; step() { if (z > 0) this.x += 1; else this.x -= 1; return this; } } observe(normal(new A().step().step().x, 1), 1);",
    "observe(normal(where(gt(z, 0), 2, -2), 1), 1);",
  ],
  [
    "const make = (k) => (x) => x * k; const twice = make(2); observe(normal(twice(z), 1), 1);",
    "observe(normal(mul(z, 2), 1), 1);",
  ],
  [
    "const counter = () => { let n = 0; return () => { n += z; return n; }; }; const c = counter(); c(); observe(normal(c(), 1), 1);",
    "observe(normal(add(z, z), 1), 1);",
  ],
  [
    "const s = [1, 2, 3].reduce((t, x) => t + x * z, 0); observe(normal(s, 1), 1);",
    "observe(normal(mul(6, z), 1), 1);",
  ],
  [
    "const s = [1, 2, 3].map((x) => x * z).reduceRight((t, x) => t - x); observe(normal(s, 1), 1);",
    "observe(normal(0, 1), 1);",
  ],
  [
    "let s = 0; [1, 2, 3].forEach((x) => { s += x > 1 ? z : 0; }); observe(normal(s, 1), 1);",
    "observe(normal(mul(2, z), 1), 1);",
  ],
  ["const [a, b] = [z, 2 * z]; observe(normal(a + b, 1), 1);", "observe(normal(mul(3, z), 1), 1);"],
  [
    "const { a, ...rest } = { a: z, b: 1, c: 2 }; observe(normal(a * rest.b * rest.c, 1), 1);",
    "observe(normal(mul(z, 2), 1), 1);",
  ],
  [
    "const f = ({ rate = z, sd = 1 } = {}) => normal(rate, sd); observe(f(), 1); observe(f({ rate: 2 * z }), 1);",
    "observe(normal(z, 1), 1); observe(normal(mul(2, z), 1), 1);",
  ],
  [
    "const f = (x, k = x > 0 ? 1 : -1) => k; observe(normal(f(z), 1), 1);",
    "observe(normal(where(gt(z, 0), 1, -1), 1), 1);",
  ],
  [
    "observe(normal(z > 2 ? 3 : z > 1 ? 2 : z > 0 ? 1 : 0, 1), 1);",
    "observe(normal(where(gt(z, 2), 3, where(gt(z, 1), 2, where(gt(z, 0), 1, 0))), 1), 1);",
  ],
  [
    "let m; switch ('b') { case 'a': m = 1; break; case 'b': m = z > 0 ? 5 : 6; break; default: m = 7; } observe(normal(m, 1), 1);",
    "observe(normal(where(gt(z, 0), 5, 6), 1), 1);",
  ],
  [
    "let m = 0; a: for (const i of [1, 2]) { for (const j of [1, 2]) { if (i === j) continue a; m += z * i; } } observe(normal(m, 1), 1);",
    "observe(normal(mul(2, z), 1), 1);",
  ],
  ["observe(normal(Math.max(0, Math.min(1, z)), 1), 1);", "observe(normal(max(0, min(1, z)), 1), 1);"],
  ["observe(normal(Math.hypot(z, 1) ** 2, 1), 1);", "observe(normal(add(mul(z, z), 1), 1), 1);"],
  ["observe(normal(Math.sign(z) * Math.abs(z), 1), 1);", "observe(normal(z, 1), 1);"],
  ["observe(normal(z, 1), 1, `row ${1 + 1}: ${['a', 'b'].join('-')}`);", "observe(normal(z, 1), 1, 'row 2: a-b');"],
  [
    "const xs = Float64Array.from([1, 2]); let s = 0; for (const x of xs) s += x > z ? x : 0; observe(normal(s, 1), 1);",
    "observe(normal(add(where(gt(1, z), 1, 0), where(gt(2, z), 2, 0)), 1), 1);",
  ],
  [
    "const xs = new Int32Array(2); xs[0] = 3; observe(normal(xs[0] * z + xs.length, 1), 1);",
    "observe(normal(add(mul(3, z), 2), 1), 1);",
  ],
  [
    "const o = { a: { b: null } }; observe(normal((o.a?.b?.c ?? z) + (o.q?.() ?? 1), 1), 1);",
    "observe(normal(add(z, 1), 1), 1);",
  ],
  [
    "const m = new Map([['a', z]]); m.set('b', 2); let s = 0; for (const [, v] of m) s += v; observe(normal(s, 1), 1);",
    "observe(normal(add(z, 2), 1), 1);",
  ],
  [
    "const s = new Set([1, 2, 2]); observe(normal([...s].map((x) => x * z).reduce((a, b) => a + b), 1), 1);",
    "observe(normal(mul(3, z), 1), 1);",
  ],
  [
    "const o = { a: 1, b: 2 }; let s = 0; Object.entries(o).forEach(([k, v]) => { if (k !== 'a') s += v * z; }); observe(normal(s, 1), 1);",
    "observe(normal(mul(2, z), 1), 1);",
  ],
  [
    "const xs = Array.from({ length: 3 }, (_, i) => i * z); observe(normal(xs[2] - xs.at(-2), 1), 1);",
    "observe(normal(z, 1), 1);",
  ],
  [
    "const xs = [...Array(3).keys()].map((i) => z + i); observe(normal(xs[1], 1), 1);",
    "observe(normal(add(z, 1), 1), 1);",
  ],
  [
    "const xs = new Array(3).fill(0).map((_, i) => (z > i ? 1 : 0)); observe(normal(xs[0] + xs[1] + xs[2], 1), 1);",
    "observe(normal(add(add(where(gt(z, 0), 1, 0), where(gt(z, 1), 1, 0)), where(gt(z, 2), 1, 0)), 1), 1);",
  ],
  [
    "const g = [[1, 2], [3, 4]]; let s = 0; for (const row of g) for (const x of row) s += x * z; observe(normal(s, 1), 1);",
    "observe(normal(mul(10, z), 1), 1);",
  ],
  [
    "const f = function fact(n) { return n <= 1 ? z : n * fact(n - 1); }; observe(normal(f(3), 1), 1);",
    "observe(normal(mul(6, z), 1), 1);",
  ],
  [
    "const compose = (...fs) => (x) => fs.reduce((v, f) => f(v), x); observe(normal(compose((x) => x + 1, (x) => x * 2, (x) => -x)(z), 1), 1);",
    "observe(normal(neg(mul(add(z, 1), 2)), 1), 1);",
  ],
  [
    "const hot = z > 0 && z < 1; observe(normal(hot ? 1 : 0, 1), 1);",
    "observe(normal(where(and(gt(z, 0), lt(z, 1)), 1, 0), 1), 1);",
  ],
  [
    "const hot = !(z > 0 || z < -1); if (hot) observe(normal(1, 1), 1);",
    "branch(not(or(gt(z, 0), lt(z, -1))), () => observe(normal(1, 1), 1));",
  ],
  ["let a = 1, b = z; [a, b] = [b, a]; observe(normal(a - b, 1), 1);", "observe(normal(sub(z, 1), 1), 1);"],
  [
    "let lo = 0, hi = 0; for (const x of [1, 2]) if (x > z) lo += x; else hi += x; observe(normal(lo - hi, 1), 1);",
    "observe(normal(add(where(gt(1, z), 1, -1), where(gt(2, z), 2, -2)), 1), 1);",
  ],
  [
    "var v = 0; for (var i = 0; i < 2; i++) { v += i * z; } observe(normal(v + i, 1), 1);",
    "observe(normal(add(z, 2), 1), 1);",
  ],
  [
    "function f(x) { return arguments.length + x; } observe(normal(f(z, 2), 1), 1);",
    "observe(normal(add(2, z), 1), 1);",
  ],
  [
    "const o = { rate() { return this.k * z; }, k: 2 }; observe(normal(o.rate(), 1), 1);",
    "observe(normal(mul(2, z), 1), 1);",
  ],
  [
    "const o = { get rate() { return z > 0 ? 1 : 2; } }; observe(normal(o.rate, 1), 1);",
    "observe(normal(where(gt(z, 0), 1, 2), 1), 1);",
  ],
  [
    "const key = 'a'; const o = { [key]: z, [`${key}b`]: 2 }; observe(normal(o.a * o.ab, 1), 1);",
    "observe(normal(mul(z, 2), 1), 1);",
  ],
  [
    "const { [0]: first, length } = [z, 1]; observe(normal(first * length, 1), 1);",
    "observe(normal(mul(z, 2), 1), 1);",
  ],
  [
    "let x = z; x **= 2; x -= 1; x /= 2; x *= -1; observe(normal(x, 1), 1);",
    "observe(normal(neg(div(sub(mul(z, z), 1), 2)), 1), 1);",
  ],
  [
    "let n = 0; const up = () => ++n; const a = up() * z, b = up() * z; observe(normal(b - a, 1), 1);",
    "observe(normal(z, 1), 1);",
  ],
  [
    "const f = (x) => { if (x > 2) return 'never' && 3; else if (x > 0) { return 2; } return 1; }; observe(normal(f(z), 1), 1);",
    "observe(normal(where(gt(z, 2), 3, where(gt(z, 0), 2, 1)), 1), 1);",
  ],
  [
    "const f = (x) => { if (!(x > 0)) return 0; const y = x * 2; return y > 1 ? y : 1; }; observe(normal(f(z), 1), 1);",
    "observe(normal(where(gt(z, 0), where(gt(mul(z, 2), 1), mul(z, 2), 1), 0), 1), 1);",
  ],
  [
    "const clamp = (x, lo, hi) => x < lo ? lo : x > hi ? hi : x; observe(normal(clamp(z, -1, 1), 1), 1);",
    "observe(normal(where(lt(z, -1), -1, where(gt(z, 1), 1, z)), 1), 1);",
  ],
  [
    "const sum = (...xs) => xs.length ? xs[0] + sum(...xs.slice(1)) : 0; observe(normal(sum(z, 1, z), 1), 1);",
    "observe(normal(add(mul(2, z), 1), 1), 1);",
  ],
  [
    "const p = 1 / (1 + Math.exp(-z)); observe(bernoulli(p), 1);",
    "observe(bernoulli(div(1, add(1, exp(neg(z))))), 1);",
  ],
  [
    "const y = ((x) => { try { return JSON.parse('[2]')[0] * x; } catch { return 0; } })(z); observe(normal(y, 1), 1);",
    "observe(normal(mul(2, z), 1), 1);",
  ],
  [
    "for (const { x, y: [a, b] } of [{ x: 1, y: [2, 3] }]) observe(normal(z * x + a, b), 1);",
    "observe(normal(add(z, 2), 3), 1);",
  ],
  [
    "let i = 3; while (i --> 0) { if (i === 1) continue; observe(normal(z * i, 1), i, `y${i}`); }",
    "observe(normal(mul(z, 2), 1), 2, 'y2'); observe(normal(mul(z, 0), 1), 0, 'y0');",
  ],
  [
    "const days = [3, 1, 2].sort((a, b) => a - b); const last = days.findLast((d) => d < 3); observe(normal(z * last, 1), days[0]);",
    "observe(normal(mul(z, 2), 1), 1);",
  ],
  [
    "const rows = [{ g: 'a', v: 1 }, { g: 'b', v: 2 }]; for (const { v } of rows.filter((r) => r.g === 'b')) observe(normal(z, 1), v);",
    "observe(normal(z, 1), 2);",
  ],
  [
    "const nested = (a) => (b) => (c) => a * b + c; observe(normal(nested(z)(2)(1), 1), 1);",
    "observe(normal(add(mul(z, 2), 1), 1), 1);",
  ],
  [
    "void 0; ; {} if (typeof z === 'number') observe(normal(z, 1), 1); else observe(normal(9, 1), 1);",
    "observe(normal(z, 1), 1);",
  ],
  ["const x = (0, z); const y = +x - -x; observe(normal(y, 1), 1);", "observe(normal(mul(2, z), 1), 1);"],
  [
    "let best = -1, at = -1; [1, 3, 2].forEach((x, i) => { if (x * z > best) { best = x * z; at = i; } }); observe(normal(at, 1), 1);",
    "let best = -1, at = -1; [1, 3, 2].forEach((x, i) => { const c = gt(mul(x, z), best); const before = best; best = where(c, mul(x, z), before); at = where(c, i, at); }); observe(normal(at, 1), 1);",
  ],
  [
    "const path = [0]; for (let t = 1; t < 3; t++) path.push(path[t - 1] + (path[t - 1] > z ? -1 : 1)); observe(normal(path[2], 1), 1);",
    "const a = where(gt(0, z), -1, 1); observe(normal(add(a, where(gt(a, z), -1, 1)), 1), 1);",
  ],
  [
    "const state = { temp: z, on: false }; for (let t = 0; t < 2; t++) { if (state.temp < 0) state.on = true; else if (state.temp > 1) state.on = false; state.temp += state.on ? 0.5 : -0.25; } observe(normal(state.temp, 1), 1);",
    "let temp = z, on = false; for (let t = 0; t < 2; t++) { const cold = lt(temp, 0), hot = gt(temp, 1); on = or(cold, and(not(cold), not(hot), on)); temp = add(temp, where(on, 0.5, -0.25)); } observe(normal(temp, 1), 1);",
  ],
])("%s", (plain, calls) => {
  const [own, expected] = [plainModel(Z + plain), callsModel(Z + calls)];
  for (const z of POINTS) expect(logJoint(own, [z]), `z=${z}`).toBeCloseTo(logJoint(expected, [z]), 12);
});

it.each([
  "function twice<T extends number>(x: T): number { return x * 2; } const y = twice<number>(z);",
  "const rows = [{ x: 2 }] as const satisfies readonly { x: number }[]; const y = rows[0]!.x * (z as number);",
  "const Arm = { Left: 2, Right: 3 } as const; type Arm = (typeof Arm)[keyof typeof Arm]; const a: Arm = Arm.Left; const y = a * z;",
  "interface Row { readonly k: number } const f = ({ k }: Row, s: number = z): number => k * s; const y: number = f({ k: 2 });",
  "class Box<T extends number> { private readonly v: T; constructor(v: T) { this.v = v; } times(this: Box<T>, k: number): number { return this.v * k; } } const y = new Box(z).times(2);",
  "abstract class A { abstract k: number; of(x: number): number { return this.k * x; } } class B extends A { override k = 2; } const y = new B().of(z);",
  "let y!: number; y = <number>z * 2;",
  "const f = (x: unknown): x is number => true; const y = f(z) ? (z as unknown as number) * 2 : 0;",
  "function f(x: string): number; function f(x: number): number; function f(x: string | number): number { return (x as number) * 2; } const y = f(z);",
  "declare const missing: number; const table: Record<string, number> = { k: 2 }; const y = (table['k'] ?? 0) * z;",
])("TypeScript: %s", (body) => {
  const program = `import { defineModel, normal, type Model } from "nondiff/plain";\nexport default defineModel("m", ({ sample, observe }): void => {\n${Z}${body}\nobserve(normal(y > 1 ? y : 1, 1), 1);\n}) satisfies Model;`;
  const own = plainDefault(program, "model.ts") as Parameters<typeof logJoint>[0];
  const expected = callsModel(`${Z}observe(normal(where(gt(mul(z, 2), 1), mul(z, 2), 1), 1), 1);`);
  for (const z of POINTS) expect(logJoint(own, [z]), `z=${z}`).toBeCloseTo(logJoint(expected, [z]), 12);
});
