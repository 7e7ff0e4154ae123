// What is refused of latents of any support, of discrete ones and of their sums: one error each, with the site.
import { expect, test } from "vitest";
import * as n from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";

type Context = n.ProgramContext;
const flags = (count: number, { sample }: Context): n.Real[] =>
  Array.from({ length: count }, (_, i) => sample(`f${i}`, n.bernoulli(0.3)));

const REFUSED: readonly (readonly [what: string, program: (context: Context) => void, error: RegExp])[] = [
  [
    "a prior's scale of 0",
    ({ sample }) => void sample("z", n.normal(0, 0)),
    /^sample "z": normal has an invalid sd; got 0, expected sd > 0$/,
  ],
  [
    "a negative rate",
    ({ sample }) => void sample("z", n.gamma(2, -1)),
    /^sample "z": gamma has an invalid rate; got -1, expected rate > 0$/,
  ],
  [
    "ends in the wrong order",
    ({ sample }) => void sample("z", n.uniform(2, 1)),
    /^sample "z": uniform has an invalid high; got 1, expected high > low = 2$/,
  ],
  [
    "a negative concentration",
    ({ sample }) => void sample("w", n.dirichlet([1, -1])),
    /^sample "w": dirichlet has an invalid concentrations\[1\]; got -1, expected concentrations\[1\] > 0$/,
  ],
  [
    "no ordered number",
    ({ sample }) => void sample("c", n.ordered(n.normal(0, 1), 0)),
    /^ordered: no such length; got 0, expected a whole number ≥ 1 \(model "m", before its first site\)$/,
  ],
  [
    "half a number",
    ({ sample }) => {
      sample("a", n.normal(0, 1));
      sample("c", n.iid(n.normal(0, 1), 2.5));
    },
    /^iid: no such length; got 2.5, expected a whole number ≥ 1 \(model "m", after sample "a"\)$/,
  ],
  [
    "data that are no simplex",
    ({ observe }) => observe(n.dirichlet([1, 1, 1]), [0.2, 0.2, 0.2]),
    /^observe "y0": value is outside of the simplex, the support of dirichlet; got a sum of 0.6\d*, expected 1$/,
  ],
  [
    "data with a negative share",
    ({ observe }) => observe(n.dirichlet([1, 1]), [1.2, -0.2]),
    /^observe "y0": .* got entry 1 = -0.2, expected no negative one$/,
  ],
  [
    "data of another length",
    ({ observe }) => observe(n.dirichlet([1, 1]), [1]),
    /^observe "y0": value does not fit dirichlet; got 1 entries, expected 2$/,
  ],
  [
    "probabilities that do not sum to 1",
    ({ sample }) => {
      sample("a", n.normal(0, 1));
      sample("k", n.categorical([0.2, 0.2]));
    },
    /^categorical: probabilities do not sum to 1; got a sum of 0.4, expected 1 \(model "m", after sample "a"\)$/,
  ],
  [
    "weights that do not",
    ({ observe }) => observe(n.mixture([0.2, 0.2], [n.normal(0, 1), n.normal(1, 1)]), 1),
    /^mixture: weights do not sum to 1; got a sum of 0.4, expected 1 \(model "m", before its first site\)$/,
  ],
  [
    "a latent index outside",
    ({ sample, observe }) => observe(n.normal(n.pick([1, 2], sample("k", n.categorical([0.2, 0.3, 0.5]))), 1), 0.3),
    /^pick: index is outside; got 2 for "k", expected a whole number from 0 to 1/,
  ],
  [
    "an index outside",
    ({ observe }) => observe(n.normal(n.pick([1, 2], 5), 1), 0.3),
    /^pick: index is outside; got 5, expected a whole number from 0 to 1 \(model "m"/,
  ],
  [
    "a category outside",
    ({ observe }) => observe(n.categorical([0.5, 0.5]), 2),
    /^observe "y0": value is outside the support of categorical; got 2, expected a number in \{0, …, 1\}$/,
  ],
  [
    "a truncation without mass",
    ({ sample }) => void sample("z", n.truncated(n.uniform(0, 1), 2, 3)),
    /^truncated: there is no mass between the ends; got uniform with low=2, high=3, expected ends within \[0, 1\] \(model "m"/,
  ],
  [
    "counts without mass",
    ({ sample }) => void sample("k", n.truncated(n.binomial(3, 0.5), 5, 9)),
    /^truncated: there is no mass between the ends; got binomial with low=5, high=9, expected ends within \{0, …, 3\} \(model "m"/,
  ],
  [
    "a truncation from above to below",
    ({ sample }) => void sample("z", n.truncated(n.normal(0, 1), 2, 1)),
    /^truncated: ends are not in order; got low=2, high=1, expected low < high \(model "m"/,
  ],
  [
    "counts without a last value",
    ({ sample }) => void sample("k", n.poisson(sample("r", n.flat(0)))),
    /^sample "k": poisson has no last value that counts while its rate is traced; got a traced rate, expected a number, or `truncated\(poisson\(…\), 0, last\)`$/,
  ],
  [
    "a prior narrower than the distance of numbers",
    ({ sample }) => void sample("x", n.truncated(n.normal(0, 1), 1e9, 2e9)),
    /^sample "x": prior has no spread; got sd 0, expected > 0$/,
  ],
  [
    "a covariance beside its factor",
    ({ sample }) =>
      void sample("x", n.multivariateNormal([0], { covariance: [[1]], cholesky: [[1]] } as { covariance: number[][] })),
    /^multivariateNormal: two matrices; got cholesky and covariance, expected one of them \(model "m"/,
  ],
  [
    "a table above the budget",
    (c) => {
      const weighed = flags(14, c).map((flag, i) => n.mul(Math.sqrt(i + 2), flag));
      c.observe(n.normal(n.sum(weighed), 1), 3);
    },
    /^collapse: discrete latents of "m" need a table above the budget; got 16384 entries for f0, f1, f2, .*, f13, expected at most 4096; to try: .*$/,
  ],
];

test.each(REFUSED)("%s is refused", (_, program, error) => {
  const model = n.defineModel("m", (context) => {
    context.sample("of a model with a latent", n.normal(0, 1));
    program(context);
  });
  const bare = n.defineModel("m", program);
  const thrown = (run: () => unknown): string => {
    try {
      run();
    } catch (caught) {
      return (caught as Error).message;
    }
    return "accepted";
  };
  // By itself the program may have no latent, which is seen last.
  const message = thrown(() => trace(bare));
  const early = message !== "accepted" && !/got no latents/.test(message);
  expect(early ? message : thrown(() => n.fit(model, { onWarning: () => undefined }))).toMatch(error);
});

test("errors of the program itself stay as they are", () => {
  const own = new RangeError("file: no such day; got 9, expected 1");
  const failing = n.defineModel("m", () => {
    throw own;
  });
  expect(() => trace(failing)).toThrow(/^file: no such day; got 9, expected 1 \(model "m", before its first site\)$/);
  const other = n.defineModel("m", () => {
    throw new RangeError("no such day");
  });
  expect(() => trace(other)).toThrow(/^no such day$/);
});

test.each([
  [{ foo: 1 }, /^collapse: unknown option; got "foo", expected budget, only$/],
  [{ only: "x" }, /^collapse: only is no list of latents; got "x", expected names such as \["z"\]$/],
  [null, /^collapse: collapse is no choice of latents; got null, expected "auto", false, or \{ budget, only \}$/],
])("the option %j is refused", (collapse, message) => {
  const model = n.defineModel("m", ({ sample, observe }) => void observe(n.normal(sample("x", n.normal(0, 1)), 1), 1));
  expect(() => n.fit(model, { collapse } as n.FitOptions)).toThrow(message);
});
