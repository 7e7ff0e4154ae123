/** What the site takes from the sources, beside the modules that programs import (`playground/plain.ts`, `calls.ts` and `runtime.ts`). */
export type { Condition } from "../src/autodiff/expr.ts";
export { Condition as TracedCondition } from "../src/autodiff/expr.ts";
export { print } from "../src/autodiff/graph/infix-text.ts";
export { explain, fitAsync, type Model, type Posterior } from "../src/index.ts";
export { transform } from "../src/plain/transform/index.ts";
