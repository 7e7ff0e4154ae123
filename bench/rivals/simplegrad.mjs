// simplegrad: scalars, compiled once to straight JavaScript, float64. It has no conditions; they are added as its operations are.
import { ValueStorage, Variable } from "simplegrad";
import { rowsOf } from "./scalars.mjs";

const isNode = (x) => x instanceof Variable;
const text = (x) => (isNode(x) ? x.name : String(x));

/** A new operation: its code forwards, and for each operand that is a node its code backwards. */
function operation(storage, label, operands, forward, backward) {
  const nodes = new Set(operands.filter(isNode));
  const result = new Variable(storage, nodes, label);
  result.setForwardCode(`${result.name} = ${forward};`);
  if (backward) result.setBackwardCode(backward(result.gradName));
  return result;
}

const operations = (storage) => ({
  add: (x, y) => (isNode(x) ? x.add(y) : isNode(y) ? y.add(x) : x + y),
  sub: (x, y) => (isNode(x) ? x.sub(y) : isNode(y) ? y.mul(-1).add(x) : x - y),
  mul: (x, y) => (isNode(x) ? x.mul(y) : isNode(y) ? y.mul(x) : x * y),
  exp: (x) => x.exp(),
  greater: (x, y) => operation(storage, ">", [x, y], `${text(x)} > ${text(y)} ? 1 : 0`),
  where: (condition, x, y) =>
    operation(storage, "?:", [condition, x, y], `${condition.name} ? ${text(x)} : ${text(y)}`, (own) =>
      [
        isNode(x) && `if (${condition.name}) ${x.gradName} += ${own};`,
        isNode(y) && `if (!${condition.name}) ${y.gradName} += ${own};`,
      ]
        .filter(Boolean)
        .join(" "),
    ),
});

export const name = "simplegrad";
export const precision = "float64";

/** The gradient at `points` points: z and the result hold latent i of point j at [i·points + j]. */
export function gradient(density, latents, points) {
  const storage = new ValueStorage();
  const own = Array.from({ length: latents }, (_, i) => new Variable(storage, undefined, `z${i}`));
  const [value] = density(rowsOf(operations(storage)))(own);
  value.compile();
  const out = new Float64Array(latents * points);
  const { v, gv } = storage;
  return (z) => {
    for (let j = 0; j < points; j++) {
      for (let i = 0; i < latents; i++) v[own[i].id] = z[i * points + j];
      storage.forward();
      gv.fill(0);
      gv[value.id] = 1;
      storage.backward();
      for (let i = 0; i < latents; i++) out[i * points + j] = gv[own[i].id];
    }
    return out;
  };
}
