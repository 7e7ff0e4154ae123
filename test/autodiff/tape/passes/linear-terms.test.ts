/** Linear functions in, what they sum out: each lane node with what it is multiplied by. */
import { describe, expect, test } from "vitest";
import { print } from "../../../../src/autodiff/graph/infix-text.ts";
import { Graph, type NodeId } from "../../../../src/autodiff/index.ts";
import { isLinear } from "../../../../src/autodiff/tape/passes/gathered-sums.ts";
import { coefficientOf, LinearTerms } from "../../../../src/autodiff/tape/passes/linear-terms.ts";

type Build = (given: {
  readonly A: Graph["algebra"];
  readonly c: (value: number) => NodeId;
  readonly x: NodeId;
  readonly y: NodeId;
  readonly u: NodeId;
  readonly v: NodeId;
}) => NodeId;

/** The terms by what they multiply, "1" for what is the same in all lanes. */
function termsOf(build: Build): { readonly [node: string]: string } {
  const graph = new Graph();
  const [x, y, u, v] = ["x", "y", "u", "v"].map((name, j) => graph.input(name, j < 2)) as [
    NodeId,
    NodeId,
    NodeId,
    NodeId,
  ];
  const root = build({ A: graph.algebra, c: (value) => graph.constant(value), x, y, u, v });
  const opens = Uint8Array.from({ length: graph.size }, (_, node) => (isLinear(graph, node) ? 1 : 0));
  const terms = new LinearTerms(graph, opens).inside(root, 1);
  return Object.fromEntries(
    terms.map((term) => [
      (term.node < 0 ? "1" : print(graph, term.node)) + (term.absorbs ? " or 0" : ""),
      print(graph, coefficientOf(graph, term)),
    ]),
  );
}

// biome-ignore format: a table
const ROWS: readonly (readonly [text: string, build: Build, terms: { readonly [node: string]: string }])[] = [
  ["3·(x − 2·y)", ({ A, c, x, y }) => A.mul(c(3), A.sub(x, A.mul(c(2), y))), { x: "3", y: "-6" }],
  ["x + x", ({ A, x, y }) => A.add(A.add(x, y), x), { x: "2", y: "1" }],
  ["x − x beside y", ({ A, x, y }) => A.sub(A.add(x, y), x), { x: "0", y: "1" }],
  ["−(x + 4)", ({ A, c, x }) => A.neg(A.add(x, c(4))), { x: "-1", 1: "-4" }],
  ["x/4 + u", ({ A, c, x, u }) => A.add(A.div(x, c(4)), u), { x: "0.25", 1: "u" }],
  ["u·x + v·x", ({ A, x, u, v }) => A.add(A.mul(u, x), A.mul(v, x)), { x: "u + v" }],
  ["u·(x − v·y)", ({ A, x, y, u, v }) => A.mul(u, A.sub(x, A.mul(v, y))), { x: "u", y: "u * v / -1" }],
  ["(x + y)/u", ({ A, x, y, u }) => A.div(A.add(x, y), u), { x: "1 / u", y: "1 / u" }],
  ["2·x + u·x − v·x", ({ A, c, x, u, v }) => A.sub(A.add(A.mul(c(2), x), A.mul(u, x)), A.mul(v, x)), { x: "u + 2 - v" }],
  ["u chained to x: 0 where u is 0", ({ A, x, y, u }) => A.add(A.chain(u, x), y), { "x or 0": "u", y: "1" }],
  ["exp(x) is a term as it is", ({ A, c, x, y }) => A.add(A.mul(c(2), A.exp(x)), y), { "exp(x)": "2", y: "1" }],
  ["x·y is a term as it is", ({ A, x, y }) => A.sub(A.mul(x, y), y), { "x * y": "1", y: "-1" }],
  ["1e308·(x + y) + 1e308·x − 1e308·x, whose sum would overflow on the way", ({ A, c, x, y }) => {
    const large = A.mul(c(1e308), A.add(x, y));
    return A.sub(A.add(large, A.mul(c(1e308), x)), A.mul(c(1e308), x));
  }, { x: "1e+308", y: "1e+308" }],
];

describe("a linear function is taken apart", () => {
  test.each(ROWS)("%s", (_, build, terms) => {
    expect(termsOf(build)).toEqual(terms);
  });

  test("0.1 ten thousand times is 1000 to the last digit", () => {
    const terms = termsOf(({ A, c, x, y }) => {
      let sum = y;
      for (let j = 0; j < 5000; j++) sum = A.add(A.sub(sum, A.mul(c(-0.1), x)), A.mul(c(0.1), x));
      return sum;
    });
    expect(terms).toEqual({ x: "1000", y: "1" });
  });
});
