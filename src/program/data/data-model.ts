/**
 * Models apart from their data: the program gets the data as its second argument.
 *
 *     const visits = defineModel("visits", ({ sample, observe }, { y }) => {
 *       const rate = sample("rate", exponential(0.1));
 *       for (const count of y) observe(poisson(rate), count);
 *     }, { data: { y: "counts" } });
 *     fit(withData(visits, { y: [3, 5, 2] }));
 *
 * `withData` gives a model as any other, whose data are numbers: plain JavaScript may branch on them. `compile` gives one whose data are inputs of its
 * tapes, to be fitted to other data of the same shape without being traced again.
 */

import { describe } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import type { DataModel, Model, ProgramContext } from "../model.ts";
import { checkedData, plainData } from "./checked-data.ts";
import { type Column, columnsOf, type GivenData, type Schema } from "./schema.ts";
import { isStandardSchema, type StandardSchema, validated } from "./standard-schema.ts";

/** A model with data apart, whatever they are. */
export type AnyDataModel = DataModel<Schema | StandardSchema, never>;

/** Throws TypeError unless it is a model whose data come later. */
export function requireDataModel(caller: string, model: unknown): asserts model is DataModel {
  if (Object(model) !== model || Object((model as DataModel).data) !== (model as DataModel).data)
    throw new TypeError(
      `${caller}: not a model with data apart; got ${describe(model)}, expected one made by defineModel() with the option data`,
    );
}

/** The columns of a model's schema; undefined where a validator says what the data are. */
export function schemaOf({ name, data }: Pick<AnyDataModel, "name" | "data">): Column[] | undefined {
  return isStandardSchema(data) ? undefined : columnsOf(`model "${name}"`, data);
}

/**
 * The model with its data, as any other model.
 *
 *     fit(withData(visits, { y: [3, 5, 2] }));
 *
 * Throws DataError, which lists every fault with column and row.
 */
export function withData<S extends Schema | StandardSchema>(model: DataModel<S>, data: GivenData<S>): Model {
  requireNoMore("withData", 2, arguments);
  requireDataModel("withData", model);
  const { name, data: schema, program, init, description } = model as unknown as AnyDataModel;
  const columns = schemaOf({ name, data: schema });
  const plain = columns
    ? plainData(columns, checkedData(name, columns, data))
    : validated(name, schema as StandardSchema, data);
  return {
    name,
    program: (context) => program(observingPresent(context), plain as never),
    ...(init && { init }),
    ...(description !== undefined && { description }),
  };
}

/** The statements of a program on plain data: what is missing, null, is not observed. */
export function observingPresent(context: ProgramContext): ProgramContext {
  const observe = (distribution: never, value: unknown, name?: string): void => {
    if (value !== null) context.observe(distribution, value as never, name);
  };
  return { ...context, observe };
}
