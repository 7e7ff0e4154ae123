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
import { requireOptions } from "../../checks/options.ts";
import {
  defineModel as defineProgram,
  type Model,
  type ModelOptions,
  type Program,
  type ProgramContext,
} from "../model.ts";
import { checkedData, plainData } from "./checked-data.ts";
import { type Column, columnsOf, type DataOf, type GivenData, type Schema } from "./schema.ts";
import { isStandardSchema, type StandardSchema, validated } from "./standard-schema.ts";

export type DataProgram<D> = (context: ProgramContext, data: D) => void;

export interface DataModelOptions<S> extends ModelOptions {
  /** What the data are: a schema, or a validator of Standard Schema, such as zod's. */
  readonly data: S;
}

/** A model that needs data before it can run. */
export interface DataModel<S = Schema | StandardSchema> extends Model {
  readonly schema: S;
  readonly programOfData: DataProgram<DataOf<S>>;
}

/** Defines a model: a name and a program, and what its data are if they come later. The entry documents it. */
export function defineModel(name: string, program: Program, options?: ModelOptions): Model;
export function defineModel<const S extends Schema | StandardSchema>(
  name: string,
  program: DataProgram<DataOf<S>>,
  options: DataModelOptions<S>,
): DataModel<S>;
export function defineModel(
  name: string,
  program: Program | DataProgram<never>,
  options: ModelOptions & { readonly data?: Schema | StandardSchema | undefined } = {},
): Model {
  const { data: schema, ...rest } = requireOptions("defineModel", options, {
    init: "object",
    description: "string",
    data: "any",
  });
  if (schema === undefined) return defineProgram(name, program as Program, rest);
  if (Object(schema) !== schema || Array.isArray(schema))
    throw new TypeError(
      `defineModel: data of "${name}" are no schema; got ${describe(schema)}, expected { y: "numbers" }`,
    );
  if (!isStandardSchema(schema)) columnsOf("defineModel", schema);
  const needsData = (): never => {
    throw new TypeError(
      `model "${name}": it has no data; got none, expected withData(model, data), or compile(model, shape) and data in its fit`,
    );
  };
  const model = defineProgram(name, program as Program, rest);
  return { ...model, program: needsData, schema, programOfData: program } as DataModel;
}

/** Throws TypeError unless it is a model whose data come later. */
export function requireDataModel(caller: string, model: unknown): asserts model is DataModel {
  if (Object(model) !== model || typeof (model as Partial<DataModel>).programOfData !== "function")
    throw new TypeError(
      `${caller}: not a model with data apart; got ${describe(model)}, expected one made by defineModel() with the option data`,
    );
}

/** The columns of a model's schema; undefined where a validator says what the data are. */
export function schemaOf({ schema }: Pick<DataModel, "schema">): Column[] | undefined {
  return isStandardSchema(schema) ? undefined : columnsOf("defineModel", schema);
}

/**
 * The model with its data, as any other model.
 *
 *     fit(withData(visits, { y: [3, 5, 2] }));
 *
 * Throws DataError, which lists every fault with column and row.
 */
export function withData<S extends Schema | StandardSchema>(model: DataModel<S>, data: GivenData<S>): Model {
  requireDataModel("withData", model);
  const { name, schema, programOfData, init, description } = model as unknown as DataModel;
  const columns = schemaOf(model as unknown as DataModel);
  const plain = columns
    ? plainData(columns, checkedData(name, columns, data))
    : validated(name, schema as StandardSchema, data);
  return {
    name,
    program: (context) => programOfData(observingPresent(context), plain as never),
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
