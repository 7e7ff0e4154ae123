// Rows of values for rivals that differentiate one number at a time: arrays, their operations one by one.

/** Operations over arrays from those of a rival on its numbers. `greater` gives what the rival's `where` takes. */
export function rowsOf({ add, sub, mul, exp, greater, where }) {
  const at = (x, i) => (Array.isArray(x) ? x[x.length === 1 ? 0 : i] : x);
  const count = (...operands) => Math.max(...operands.map((x) => (Array.isArray(x) ? x.length : 1)));
  const each =
    (operation) =>
    (...operands) =>
      Array.from({ length: count(...operands) }, (_, i) => operation(...operands.map((x) => at(x, i))));
  return {
    rows: (x, first, count) => x.slice(first, first + count),
    interleaved: (x, first, count, kinds) =>
      Array.from({ length: kinds }, (_, kind) => Array.from({ length: count }, (_, i) => x[first + i * kinds + kind])),
    column: (numbers) => [...numbers],
    add: each(add),
    sub: each(sub),
    mul: each(mul),
    exp: each(exp),
    square: each((x) => mul(x, x)),
    greater: each(greater),
    where: each(where),
    below: (x, first) => [at(first, 0), ...x.slice(0, -1)],
    sum: (x) => [x.reduce((sum, one) => add(sum, one))],
    autoregression(x, coefficients) {
      const out = [];
      x.forEach((own, t) => {
        out.push(coefficients.reduce((sum, c, lag) => (t > lag ? add(sum, mul(c, out[t - 1 - lag])) : sum), own));
      });
      return out;
    },
  };
}
