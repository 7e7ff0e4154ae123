// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates are those of programs
/** Loops that a decision on a latent leaves: the log density is the one that JavaScript gives the same program on plain numbers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logJoint } from "../../src/index.ts";
import { native } from "../support/native.ts";
import { plainModel } from "../support/plain.ts";
import { amount } from "../support/soak.ts";

const Z = 'const z = sample("z", normal(0, 1));\n';
const POINTS = [-2.3, -0.2, 0.3, 0.9, 1.4, 2.6];

function requireSame(body: string, points: readonly number[]): void {
  const model = plainModel(Z + body);
  for (const z of points) {
    const expected = native(Z + body, [z]);
    expect(Math.abs(logJoint(model, [z]) - expected), `z=${z} of ${body}`).toBeLessThan(
      1e-10 * (1 + Math.abs(expected)),
    );
  }
}

describe("a loop that a latent leaves has the density that JavaScript gives it", () => {
  it.each([
    "let n = 0; for (const x of [-1, 0, 1, 2]) { if (z < x) break; n += x; } observe(normal(n, 1), 1);",
    "for (const [i, x] of [-1, 0, 1, 2].entries()) { if (z > x) continue; observe(normal(x * z, 1), i, `y${i}`); }",
    "let i; for (i = 0; i < 5; i++) if (z < i - 2) break; observe(normal(i, 1), 1);",
    "let i = 0, s = 0; do { s += i; if (s > z) break; i++; } while (s < 0); observe(normal(i + s, 1), 1);",
    "const f = (x) => { for (const r of [-1, 0, 1, 2]) { if (x < r) return r * x; x -= 0.3; } return 9; }; observe(normal(f(z), 1), 1);",
    "const f = (x) => { for (const r of [-1, 0, 1]) if (x < r) return r; return z; }; observe(normal(f(Math.min(z, 0)), 1), 1);",
    "let n = 0; while (true) { if (n >= 4) break; if (z > n) { n += 10; break; } n++; } observe(normal(n, 1), 1);",
    "let n = 0; for (;;) { if (n > 3) break; if (z > n) { n++; continue; } n++; if (z < -n) break; } observe(normal(n, 1), 1);",
    "let done = false, n = 0; while (!done) { n++; if (n > 5) done = true; if (z > n) break; } observe(normal(n, 1), done ? 1 : 2);",
    "const queue = [1]; let s = 0; while (queue.length > 0) { const x = queue[queue.length - 1]; queue.length--; if (z > x) break; s += x; } observe(normal(s, 1), 1);",
    "let s = 0; outer: for (const a of [1, 2, 3]) { for (const b of [1, 2]) { if (a * b > z + 3) break outer; if (b > a + z) continue outer; s += a * z > b ? 1 : b; } s *= 2; } observe(normal(s, 1), 1);",
    "let s = 0; for (const t of ['a', 'b', 'a']) { switch (t) { case 'a': s += z; break; default: if (s > 0) s = 1; else s = 2; } if (s > 1) break; } observe(normal(s, 1), 1);",
    "const seen = [0, 0, 0]; for (let i = 0; i < 3; i++) { if (z > i) { seen[i] = z; continue; } seen[i] += i; if (i === 1) break; } observe(normal(seen[0] + seen[1] - seen[2], 1), 1);",
    "let s = 0; for (const k in { a: 1, b: 2 }) { if (k === 'a' ? z > 0 : z > 1) break; s++; } observe(normal(s, 1), 1);",
    "let s = 0; for (let i = 0; i < 6; i++) { if (i === 4) break; if (i % 2 && z > 0) continue; s += i; } observe(normal(s, 1), 1);",
    "let best = 0; for (const r of [3, 1, 2]) { if (r * z > 1) { best = r; break; } } observe(normal(z > 2 ? best : 0, 1), 1);",
    "let n = 0; [1, 2].forEach((x) => { for (let j = 0; j < 3; j++) { if (z * x > j) return; n += j; } n += 10; }); observe(normal(n, 1), 1);",
    "let n = 0; try { for (const x of [1, 2, 3]) { if (z > x) break; n = x; } } finally { n += 1; } observe(normal(n, 1), 1);",
    "let n = 0; const all = []; for (const x of [1, 2, 3]) { all.push(() => x); if (x === 2) break; } for (const f of all) { if (z < f()) continue; n += f(); } observe(normal(n, 1), 1);",
    "let x = z, i = 0; while (i < 9) { i += 3; if (i > 5) { if (x > 1) return; x += 0.5; } } observe(normal(x, 1), 1);",
    "if (1 < 2) { if (z > 0) { observe(normal(z, 1), 1); return; } } observe(normal(2 * z, 1), 1);",
  ])("%s", (body) => requireSame(body, POINTS));
});

// Random statements, of x, y and the counters of the loops around; a depth of loops is the names of their labels.
function block(depth: number, loops: readonly string[]): fc.Arbitrary<string> {
  const names = ["x", "y", "z", ...loops.map((_, i) => `i${i}`)];
  const value = fc.oneof(fc.constantFrom(...names), fc.constantFrom("-1", "0.5", "2"));
  const test = fc
    .tuple(value, fc.constantFrom(">", "<", ">="), value, fc.constantFrom("", " && z < 1", " || x > y"))
    .map(([a, op, b, more]) => `${a} ${op} ${b}${more}`);
  const change = fc
    .tuple(fc.constantFrom("x", "y"), fc.constantFrom("=", "+=", "-="), value, fc.constantFrom("", " * 0.5", " + 1"))
    .map(([to, op, v, more]) => `${to} ${op} ${v}${more};`);
  const jumps = [
    "return;",
    ...(loops.length > 0 ? ["break;", "continue;", ...loops.flatMap((l) => [`break ${l};`, `continue ${l};`])] : []),
  ];
  const leave = fc
    .tuple(test, change, fc.constantFrom(...jumps), fc.option(change, { nil: "" }))
    .map(([t, c, jump, other]) => `if (${t}) { ${c} ${jump} }${other && ` else ${other}`}`);
  const kinds = [change, fc.constant("observe(normal(x + y, 2), 1);"), leave, leave];
  if (depth > 0) {
    const name = `i${loops.length}`;
    kinds.push(
      fc
        .tuple(test, block(depth - 1, loops), block(depth - 1, loops))
        .map(([t, a, b]) => `if (${t}) { ${a} } else { ${b} }`),
      fc
        .tuple(fc.integer({ min: 1, max: 3 }), block(depth - 1, [...loops, `l${loops.length}`]))
        .map(([n, body]) => `l${loops.length}: for (let ${name} = 0; ${name} < ${n}; ${name}++) { ${body} }`),
      fc
        .tuple(block(depth - 1, [...loops, `l${loops.length}`]))
        .map(([body]) => `l${loops.length}: for (const ${name} of [2, -1]) { ${body} }`),
    );
  }
  return fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 3 }).map((all) => all.join(" "));
}

describe("random programs with jumps out of loops", () => {
  it("have the density that JavaScript gives them", () => {
    let left = 0;
    // No latent is so near to where a condition turns that rounding would decide it.
    fc.assert(
      fc.property(
        block(3, []),
        fc.integer({ min: -200, max: 300 }).map((k) => k / 100 + 0.00137),
        (body, z) => {
          if (/\b(break|continue)\b/.test(body)) left++;
          requireSame(`let x = z, y = 0;\nconst run = () => { ${body} };\nrun();\nobserve(normal(x - y, 1), 1);`, [
            z,
            0.1,
            1.7,
          ]);
        },
      ),
      { seed: 20261129, numRuns: amount(60, 1000) },
    );
    expect(left).toBeGreaterThan(amount(15, 250));
  }, 300_000);
});
