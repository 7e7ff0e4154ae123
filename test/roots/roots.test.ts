import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inputIndex } from "../../src/autodiff/graph/graph.ts";
import { Graph } from "../../src/autodiff/index.ts";
import type { Algebra, NodeId } from "../../src/autodiff/ops/op.ts";
import { makeRootFinder, type RootFinderOptions } from "../../src/roots/isolation.ts";
import { amount } from "../support/soak.ts";

/** What log-sum-exp.ts makes of two. */
function logSumExpOf(A: Algebra, x: NodeId, y: NodeId): NodeId {
  const m = A.peak(x, y);
  return A.add(m, A.log(A.add(A.exp(A.sub(x, m)), A.exp(A.sub(y, m)))));
}

type Build = (A: Algebra, t: NodeId, k: (value: number) => NodeId) => NodeId;

/** The roots of c along t; numbers in it are constants. */
function rootsOf(build: Build, options?: RootFinderOptions): number[] {
  const graph = new Graph();
  const t = graph.input("t", true);
  const c = build(graph.algebra, t, (value) => graph.constant(value));
  const roots = new Float64Array(256);
  const n = makeRootFinder(graph, c, t, options).find([], roots);
  return Array.from(roots.subarray(0, n));
}

/** Equal up to 4 ulp, for roots at which the computed c is good to an ulp or two of c′·t. */
function expectRoots(found: readonly number[], expected: readonly number[], tolerance = 4 * Number.EPSILON): void {
  expect(found.length, `${found} against ${expected}`).toBe(expected.length);
  found.forEach((root, i) => {
    expect(Math.abs(root - expected[i]), `${root} against ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(Math.abs(expected[i]), 1e-300),
    );
  });
}

const sumOf = (A: Algebra, ...terms: NodeId[]): NodeId => terms.reduce((x, y) => A.add(x, y));

describe("roots of smooth conditions", () => {
  test("a circle is crossed twice or not at all", () => {
    const graph = new Graph();
    const A = graph.algebra;
    const [t, y, r] = [graph.input("z1", true), graph.input("z2", true), graph.input("r", false)];
    const c = A.sub(A.add(A.square(t), A.square(y)), A.square(r));
    const finder = makeRootFinder(graph, c, t);
    expect(finder.inputs).toEqual([y, r]);
    const roots = new Float64Array(2);
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), fc.double({ min: 0, max: 6, noNaN: true }), (y, r) => {
        const square = r * r - y * y;
        fc.pre(Math.abs(square) > 1e-9);
        const n = finder.find([y, r], roots);
        const expected = square > 0 ? [-Math.sqrt(square), Math.sqrt(square)] : [];
        // r² and y² are rounded: the square of the root is off by 2 ulp of r².
        expectRoots(
          Array.from(roots.subarray(0, n)),
          expected,
          (4 * Number.EPSILON * (r * r + Math.abs(square))) / Math.abs(square),
        );
      }),
      { numRuns: amount(150, 500) },
    );
  });

  const cubic =
    (c: number): Build =>
    (A, t, k) =>
      sumOf(A, A.mul(t, A.square(t)), A.neg(t), k(-c));
  const extreme = 2 / (3 * Math.sqrt(3)); // of t³ − t, at ∓1/√3

  test("t³ − t = c has three roots below its extremum and one above, down to a distance of 1e-10", () => {
    expectRoots(rootsOf(cubic(0)), [-1, 0, 1]);
    for (const distance of [0.1, 1e-3, 1e-6, 1e-9, 1e-10]) {
      const three = rootsOf(cubic(extreme - distance));
      expect(three).toHaveLength(3);
      // near the extremum c ≈ −√3 s², at t = −1/√3 + s
      const s = Math.sqrt(distance / Math.sqrt(3));
      expect(three[1] - three[0]).toBeGreaterThan(1.8 * s);
      expect(three[1] - three[0]).toBeLessThan(2.2 * s);
      expect(rootsOf(cubic(extreme + distance))).toHaveLength(1);
    }
  });

  test.each([0, 0.3, -0.99, 0.9999999])("sin(t) = %d: all roots in the reach", (c) => {
    const expected: number[] = [];
    for (let k = -8; k <= 8; k++)
      expected.push(Math.asin(c) + 2 * Math.PI * k, Math.PI - Math.asin(c) + 2 * Math.PI * k);
    const inside = expected.filter((t) => Math.abs(t) <= 39).sort((x, y) => x - y);
    expect(inside.length).toBeGreaterThanOrEqual(24);
    const found = rootsOf((A, t, k) => A.sub(A.sin(t), k(c)));
    expect(found).toHaveLength(inside.length);
    // An error of 2 ulp in c moves the root by 2 ulp/|cos t|; t is known to an ulp of 39.
    const allowed = (4 * Number.EPSILON) / Math.sqrt(1 - c * c) + 39 * Number.EPSILON;
    found.forEach((t, i) => {
      expect(Math.abs(t - inside[i])).toBeLessThanOrEqual(allowed);
    });
  });

  test("sin(5t) = y²: all 124 roots", () => {
    const found = rootsOf((A, t, k) => A.sub(A.sin(A.mul(k(5), t)), A.square(k(0.7))));
    const expected: number[] = [];
    for (let j = -32; j <= 32; j++)
      for (const phase of [Math.asin(0.49), Math.PI - Math.asin(0.49)]) expected.push((phase + 2 * Math.PI * j) / 5);
    const inside = expected.filter((t) => Math.abs(t) <= 39).sort((x, y) => x - y);
    expect(found).toHaveLength(inside.length);
    found.forEach((t, i) => {
      expect(Math.abs(t - inside[i])).toBeLessThanOrEqual(100 * Number.EPSILON);
    });
  });

  test("polynomials with known roots: all are found and none is invented", () => {
    const distinct = fc
      .uniqueArray(fc.integer({ min: -300, max: 300 }), { minLength: 1, maxLength: 6 })
      .map((list) => list.map((x) => x / 64).sort((x, y) => x - y)); // apart by 1/64, exact
    fc.assert(
      fc.property(distinct, fc.boolean(), (expected, shifted) => {
        const found = rootsOf((A, t, k) => {
          const product = expected.map((root) => A.sub(t, k(root))).reduce((x, y) => A.mul(x, y));
          // a factor without roots beside them
          return shifted ? A.mul(product, A.add(k(0.5), A.square(t))) : product;
        });
        expectRoots(found, expected);
      }),
      { numRuns: amount(40, 150) },
    );
  });

  test("expanded polynomials: as many roots as the factors have, to the accuracy that their coefficients allow", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -12, max: 12 }), { minLength: 2, maxLength: 5 }), (integers) => {
        const expected = integers.map((x) => x / 4 + 0.1).sort((x, y) => x - y);
        let coefficients = [1];
        for (const root of expected) {
          const next = [...coefficients, 0].map((c, i) => c - root * (coefficients[i - 1] ?? 0));
          coefficients = next;
        }
        const found = rootsOf((A, t, k) =>
          coefficients.slice(1).reduce((sum, c) => A.add(A.mul(sum, t), k(c)), k(coefficients[0])),
        );
        expect(found).toHaveLength(expected.length);
        // Σ|coefficient| |t|^j ≤ (|t| + 3.1)^5 ≤ 1e4, slopes at least 1/4^4·4!/… ≥ 1/64: 2·5·ε·1e4·64 < 2e-9
        found.forEach((root, i) => {
          expect(Math.abs(root - expected[i])).toBeLessThan(2e-9);
        });
      }),
      { numRuns: 100 },
    );
  });

  const half = Math.log(0.5 / 0.5);
  // biome-ignore format: a table, columns lined up
  const KNOWN: readonly (readonly [string, Build, readonly number[]])[] = [
    ["exp(t) − 2 − t",            (A, t, k) => sumOf(A, A.exp(t), k(-2), A.neg(t)),                     [-1.8414056604369606, 1.1461932206205825]],
    ["tanh(2t − 1) − ½",          (A, t, k) => A.sub(A.tanh(A.sub(A.mul(k(2), t), k(1))), k(0.5)),      [(1 + Math.atanh(0.5)) / 2]],
    ["sigmoid(t) − ½",            (A, t, k) => A.sub(A.sigmoid(t), k(0.5)),                             [half]],
    ["softplus(t) − 2",           (A, t, k) => A.sub(A.softplus(t), k(2)),                              [Math.log(Math.expm1(2))]],
    ["log(1 + t²) − 1",           (A, t, k) => A.sub(A.log(A.add(k(1), A.square(t))), k(1)),            [-Math.sqrt(Math.E - 1), Math.sqrt(Math.E - 1)]],
    ["sqrt(1 + t²) − 3",          (A, t, k) => A.sub(A.sqrt(A.add(k(1), A.square(t))), k(3)),           [-Math.sqrt(8), Math.sqrt(8)]],
    ["erf(t) − ½",                (A, t, k) => A.sub(A.erf(t), k(0.5)),                                 [0.4769362762044699]],
    ["Φ(t) − 0.975",              (A, t, k) => A.sub(A.normalCdf(t), k(0.975)),                         [1.959963984540054]],
    ["exp(−t) − exp(−37)",        (A, t, k) => A.sub(A.exp(A.neg(t)), k(Math.exp(-37))),                [37]],
    ["t·y − 1 at y = 1/37",       (A, t, k) => A.sub(A.mul(t, k(1 / 37)), k(1)),                        [37]],
    ["t² + 1",                    (A, t, k) => A.add(A.square(t), k(1)),                                []],
    ["|t − 1| − 2",               (A, t, k) => A.sub(A.abs(A.sub(t, k(1))), k(2)),                      [-1, 3]],
    ["max(t, −3) + 1",            (A, t, k) => A.add(A.max(t, k(-3)), k(1)),                            [-1]],
    ["max(t, t) + 5t − 6, a kink everywhere", (A, t, k) => A.sub(A.add(A.max(t, t), A.mul(k(5), t)), k(6)), [1]],
    ["min(t, 2t) − 3",            (A, t, k) => A.sub(A.min(t, A.mul(k(2), t)), k(3)),                   [3]],
    ["t⁵ − 32",                   (A, t, k) => A.sub(A.pow(t, k(5)), k(32)),                            [2]],
    ["logSumExp(t, 0) − 1",       (A, t, k) => A.sub(logSumExpOf(A, t, k(0)), k(1)),                       [Math.log(Math.expm1(1))]],
    // undefined on part of the line
    ["log(t) − 1",                (A, t, k) => A.sub(A.log(t), k(1)),                                   [Math.E]],
    ["log1p(t) + 2",              (A, t, k) => A.add(A.log1p(t), k(2)),                                 [Math.expm1(-2)]],
    ["sqrt(t − 1) − 2",           (A, t, k) => A.sub(A.sqrt(A.sub(t, k(1))), k(2)),                     [5]],
    ["sqrt(t³ − 2) − ½",          (A, t, k) => A.sub(A.sqrt(A.sub(A.pow(t, k(3)), k(2))), k(0.5)),      [Math.cbrt(2.25)]],
    ["t^1.5 − 8",                 (A, t, k) => A.sub(A.pow(t, k(1.5)), k(8)),                           [4]],
    ["lgamma(t) − log 2",         (A, t, k) => A.sub(A.where(A.positive(t), A.lgamma(t), k(5)), k(Math.log(2))), [0.44287739648472746, 3]],
    // poles are no roots
    ["1/t",                       (A, t, k) => A.div(k(1), t),                                          []],
    ["1/t − 5",                   (A, t, k) => A.sub(A.div(k(1), t), k(5)),                             [0.2]],
    ["1/t + log t",               (A, t, k) => A.sub(A.add(A.div(k(1), t), A.log(t)), k(2)),            [0.31784443, 6.3053954]],
    ["1/(t² − 4) + 1",            (A, t, k) => A.add(A.div(k(1), A.sub(A.square(t), k(4))), k(1)),      [-Math.sqrt(3), Math.sqrt(3)]],
    ["t^−3 − 8",                  (A, t, k) => A.sub(A.pow(t, k(-3)), k(8)),                            [0.5]],
    ["1/t² − 4",                  (A, t, k) => A.sub(A.div(k(1), A.square(t)), k(4)),                   [-0.5, 0.5]],
    ["t < 5 ? t : 1/t − 9",       (A, t, k) => A.where(A.positive(A.sub(k(5), t)), t, A.sub(A.div(k(1), t), k(9))), [0]],
    ["t > 0 ? log t : −1",        (A, t, k) => A.where(A.positive(t), A.log(t), k(-1)),                 [1]],
    ["|t − 2|, 0 at one point",   (A, t, k) => A.abs(A.sub(t, k(2))),                                   []],
    // jumps are no roots
    ["t > 1 ? 2 : −3",            (A, t, k) => A.where(A.positive(A.sub(t, k(1))), k(2), k(-3)),        []],
    ["t > 1 ? t + 5 : t − 5",     (A, t, k) => A.where(A.positive(A.sub(t, k(1))), A.add(t, k(5)), A.sub(t, k(5))), []],
    ["t > 1 ? t − 5 : t + 5",     (A, t, k) => A.where(A.positive(A.sub(t, k(1))), A.sub(t, k(5)), A.add(t, k(5))), [-5, 5]],
    ["sign(t) + ½",               (A, t, k) => A.add(A.sign(t), k(0.5)),                                []],
    ["t² > 4 ? (t > 0 ? t − 3 : t + 7) : −t", (A, t, k) => A.where(A.positive(A.sub(A.square(t), k(4))), A.where(A.positive(t), A.sub(t, k(3)), A.add(t, k(7))), A.neg(t)), [-7, 0, 3]],
    ["not (t > 1) and t > −1 ? t − ½ : 1", (A, t, k) => A.where(A.and(A.not(A.positive(A.sub(t, k(1)))), A.positive(A.add(t, k(1)))), A.sub(t, k(0.5)), k(1)), [0.5]],
    ["t = 3 ? −1 : t − 2",        (A, t, k) => A.where(A.equal(t, k(3)), k(-1), A.sub(t, k(2))),        [2]],
    // coincident inner conditions
    ["exp(t) > 1 beside t > 0",   (A, t, k) => A.add(A.where(A.positive(A.sub(A.exp(t), k(1))), k(3), k(-1)), A.where(A.positive(t), A.neg(t), k(-2))), [3]],
    // continuous across the cut: a root on a kink or on a where that joins
    ["t > 0 ? t : t/10",          (A, t, k) => A.where(A.positive(t), t, A.mul(k(0.1), t)),             [0]],
    ["max(t, 0) + min(t, 0)/2",   (A, t, k) => A.add(A.max(t, k(0)), A.mul(k(0.5), A.min(t, k(0)))),    [0]],
  ];

  test.each(KNOWN)("%s", (name, build, expected) => {
    const tolerance = name.startsWith("1/t + log") ? 1e-7 : name.startsWith("logSumExp") ? 1e-12 : 40 * Number.EPSILON;
    const found = rootsOf(build);
    expect(found.length, `${found} against ${expected}`).toBe(expected.length);
    found.forEach((root, i) => {
      expect(Math.abs(root - expected[i]), `${root} against ${expected[i]}`).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(expected[i])),
      );
    });
  });

  test("tan(t) − 1 has a root in each period, and none at its poles", () => {
    const found = rootsOf((A, t, k) => A.sub(A.tan(t), k(1)));
    const expected = Array.from({ length: 25 }, (_, j) => Math.PI / 4 + Math.PI * (j - 12)).filter(
      (t) => Math.abs(t) <= 39,
    );
    expect(found).toHaveLength(expected.length);
    found.forEach((root, i) => {
      expect(Math.abs(root - expected[i])).toBeLessThanOrEqual(1e-14);
    });
  });
});

describe("refusals", () => {
  const refused = (build: Build, message: RegExp, options?: RootFinderOptions): void => {
    expect(() => rootsOf(build, options)).toThrow(RangeError);
    expect(() => rootsOf(build, options)).toThrow(message);
  };

  test("a root without a change of sign", () => {
    refused((A, t) => A.square(t), /the roots of `square\(t\)` along t cannot be isolated/);
    refused((A, t, k) => A.square(A.sub(t, k(0.3))), /within rounding of 0 at t=0\.(3|29999)/);
    refused((A, t, k) => A.sub(A.sin(t), k(1)), /cannot be isolated/);
  });

  test("a condition that is 0 on a piece", () => {
    refused((A, t, k) => A.max(t, k(0)), /`max\(.*\)` along t cannot be isolated/);
    refused((A, t, k) => A.where(A.positive(A.sub(t, k(1))), k(0), A.add(t, k(50))), /cannot be isolated/);
  });

  test("a root within rounding of the edge of the domain", () => {
    refused((A, t, k) => A.sqrt(A.sub(t, k(1))), /at t=(1|0\.9999)/);
  });

  test("the budget is named, and the inner condition that used it up", () => {
    const wavy: Build = (A, t, k) => A.sub(A.sin(A.mul(k(1000), t)), k(0.1));
    refused(
      wavy,
      /`sin\(1000 \* t\) - 0\.1` along t are not isolated; got 500 interval evaluations used up at t=-3.*try a larger budget/,
      { budget: 500 },
    );
    refused(
      (A, t, k) => A.where(A.positive(wavy(A, t, k)), t, k(1)),
      /`where.*cutting at `sin\(1000 \* t\) - 0\.1` = 0/,
      { budget: 500 },
    );
  });

  test("values and arrays that do not fit", () => {
    const graph = new Graph();
    const A = graph.algebra;
    const [t, y] = [graph.input("t", true), graph.input("y", true)];
    const finder = makeRootFinder(graph, A.sub(A.square(t), y), t);
    expect(() => finder.find([NaN], new Float64Array(2))).toThrow(
      "find: an input of `square(t) - y` is NaN; got `y`=NaN",
    );
    expect(() => finder.find([], new Float64Array(2))).toThrow("one value for each input is needed; got 0, expected 1");
    expect(() => finder.find([1], new Float64Array(1))).toThrow("than the array holds; got room for 1");
    expect(() => makeRootFinder(graph, t, A.square(t))).toThrow(TypeError);
    expect(() => makeRootFinder(graph, A.positive(t), t)).toThrow("the condition is a mask");
    expect(() => makeRootFinder(graph, t, t, { reach: Infinity })).toThrow("got Infinity, expected a positive finite");
  });

  test("a finder is as good after an error as before", () => {
    const graph = new Graph();
    const A = graph.algebra;
    const [t, y] = [graph.input("t", true), graph.input("y", true)];
    const finder = makeRootFinder(graph, A.sub(A.square(t), y), t);
    const roots = new Float64Array(2);
    expect(() => finder.find([0], roots)).toThrow(RangeError);
    expect(finder.find([4], roots)).toBe(2);
    expect(Array.from(roots)).toEqual([-2, 2]);
  });
});

describe("the guarantee", () => {
  test("a condition that does not depend on t has no roots", () => {
    const graph = new Graph();
    const [t, y] = [graph.input("t", true), graph.input("y", true)];
    const finder = makeRootFinder(graph, graph.algebra.square(y), t);
    expect(finder.find([0], new Float64Array(0))).toBe(0);
  });

  /** c = a sin(w t) + b t + Σ of a few smooth terms, and sampling of its sign on a grid. */
  const smooth = fc.record({
    a: fc.double({ min: 0.5, max: 3, noNaN: true }),
    w: fc.double({ min: 0.5, max: 4, noNaN: true }),
    b: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
    s: fc.double({ min: -2, max: 2, noNaN: true }),
    k: fc.double({ min: 0.1, max: 2, noNaN: true }),
  });

  test("agrees with a grid fine enough to see every root, on random sums of waves and sigmoids", () => {
    const graph = new Graph();
    const A = graph.algebra;
    const names = ["t", "a", "w", "b", "s", "k"];
    const [t, a, w, b, s, k] = names.map((name) => graph.input(name, true));
    const wave = A.mul(a, A.sin(A.mul(w, t)));
    const c = sumOf(
      A,
      wave,
      A.mul(b, t),
      A.mul(s, A.tanh(A.sub(t, k))),
      A.where(A.positive(A.sub(t, k)), A.constant(4), A.constant(0)),
      A.neg(k),
    );
    const finder = makeRootFinder(graph, c, t);
    const roots = new Float64Array(256);
    const value = (v: Readonly<Record<string, number>>, t: number): number =>
      v.a * Math.sin(v.w * t) + v.b * t + v.s * Math.tanh(t - v.k) + (t > v.k ? 4 : 0) - v.k;
    fc.assert(
      fc.property(smooth, (v) => {
        const n = finder.find(
          finder.inputs.map((node) => v[graph.inputs[inputIndex(graph, node)].name as "a"]),
          roots,
        );
        const crossings: number[] = [];
        const step = 1e-3;
        for (let i = -39_000; i < 39_000; i++) {
          const jumps = v.k >= i * step && v.k < (i + 1) * step;
          if (!jumps && value(v, i * step) > 0 !== value(v, (i + 1) * step) > 0) crossings.push(i * step);
        }
        const missing = crossings.filter(
          (at) => !roots.subarray(0, n).some((root) => root >= at - 1e-9 && root <= at + step + 1e-9),
        );
        expect(missing).toEqual([]);
        // What the grid does not see are pairs within one step, or a root beside the jump.
        for (let i = 0; i < n; i++) expect(value(v, roots[i] - 1e-9) > 0).not.toBe(value(v, roots[i] + 1e-9) > 0);
      }),
      { numRuns: amount(12, 40) },
    );
  });

  test("finds pairs of roots that sampling on a grid of 1000 points misses", () => {
    const build: Build = (A, t, k) => A.sub(k(1 - 1e-6), A.exp(A.neg(A.square(A.mul(k(2), A.sub(t, k(0.123)))))));
    const f = (t: number): number => 1 - 1e-6 - Math.exp(-((2 * (t - 0.123)) ** 2));
    let crossings = 0;
    for (let i = 0; i < 1000; i++) if (f(-39 + 0.078 * i) > 0 !== f(-39 + 0.078 * (i + 1)) > 0) crossings++;
    expect(crossings).toBe(0);
    const s = Math.sqrt(-Math.log1p(-1e-6)) / 2;
    const found = rootsOf(build);
    expect(found).toHaveLength(2);
    // c is rounded at 1 and its slope at the roots is 4e-3·s… = 4s: an error of 2 ulp moves a root by 4ε/(8s)
    expect(Math.abs(found[0] - (0.123 - s))).toBeLessThan(Number.EPSILON / s);
    expect(Math.abs(found[1] - (0.123 + s))).toBeLessThan(Number.EPSILON / s);
  });
});

describe("jumps across 0", () => {
  const finderOf = (build: (graph: Graph, t: NodeId) => NodeId, refuseJumpsWithin: number) => {
    const graph = new Graph();
    const t = graph.input("t", true);
    return makeRootFinder(graph, build(graph, t), t, { refuseJumpsWithin });
  };
  const pole = ({ algebra: A }: Graph, t: NodeId): NodeId => {
    return A.sub(A.div(A.constant(1), A.sub(t, A.constant(2))), A.constant(5));
  };

  test("at a pole are no roots, and refused where asked for", () => {
    const roots = new Float64Array(4);
    expect(finderOf(pole, 0).find([], roots)).toBe(1);
    expect(roots[0]).toBeCloseTo(2.2, 12);
    expect(finderOf(pole, 1).find([], roots)).toBe(1);
    expect(() => finderOf(pole, 12).find([], roots)).toThrow(/jumps across 0 at t=1\.99.*, where `t - 2` is 0/);
  });

  test("at an inner condition are that condition's", () => {
    const step = (graph: Graph, t: NodeId): NodeId => {
      const { algebra: A } = graph;
      return A.add(A.where(A.positive(t), A.constant(3), A.constant(-3)), A.sin(t));
    };
    expect(finderOf(step, 12).find([], new Float64Array(4))).toBe(0);
  });
});
