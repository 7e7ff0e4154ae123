/** nondiff with methods on values, `z.mul(2).add(1).gt(0)`: all of `nondiff`, and a `defineModel` whose programs have them. */
export * from "../index.ts";
export { defineModel, type MethodContext, type MethodDataProgram, type MethodProgram } from "./model.ts";
export { type Fact, type Value, value } from "./values.ts";
