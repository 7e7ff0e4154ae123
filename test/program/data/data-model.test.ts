/** Models apart from their data: what the schema says, in values and in types, and every fault of bad data in one error. */
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  DataError,
  type DataOf,
  defineModel,
  exponential,
  fit,
  type GivenData,
  logJoint,
  normal,
  pick,
  poisson,
  withData,
} from "../../../src/index.ts";

const schema = {
  x: { type: "numbers", length: "row" },
  y: { type: "counts", missing: true, length: "row" },
  group: { type: "categories", values: ["north", "south"], length: "row" },
  open: { type: "booleans", length: "row" },
  scale: "number",
} as const;

const shops = defineModel(
  "shops",
  ({ sample, observe }, data) => {
    const rate = [sample("north", exponential(1)), sample("south", exponential(1))];
    data.y.forEach((count, i) => {
      // Data are numbers: plain JavaScript may branch on them.
      if (data.open[i] && data.x[i]! > 0) observe(poisson(pick(rate, data.group[i]!)), count as number, `y${i}`);
    });
    observe(normal(rate[0]!, data.scale), 1);
  },
  { data: schema },
);

const good = {
  x: [1, 2, -1],
  y: new Float64Array([3, 5, 2]),
  group: ["north", "south", "south"],
  open: [true, true, true],
  scale: 2,
} as const;

describe("a model with data apart", () => {
  test("is with its data a model as any other", () => {
    const byHand = defineModel("shops", ({ sample, observe }) => {
      const [north, south] = [sample("north", exponential(1)), sample("south", exponential(1))];
      observe(poisson(north), 3);
      observe(poisson(south), 5);
      observe(normal(north, 2), 1);
    });
    expect(logJoint(withData(shops, good), [0.2, 0.7])).toBe(logJoint(byHand, [0.2, 0.7]));
    expect(logJoint(withData(shops, { ...good, y: [null, 5, 2] }), [0.2, 0.7])).not.toBe(logJoint(byHand, [0.2, 0.7]));
  });

  test("observes nothing where a value is missing", () => {
    const left = { ...good, y: [undefined, 5, null] };
    const closed = { ...good, open: [false, true, true] };
    expect(logJoint(withData(shops, left), [0.2, 0.7])).toBe(logJoint(withData(shops, closed), [0.2, 0.7]));
  });

  test("has types: of what is given and of what the program gets", () => {
    expectTypeOf<DataOf<typeof schema>>().toEqualTypeOf<{
      readonly x: readonly number[];
      readonly y: readonly (number | null)[];
      readonly group: readonly number[];
      readonly open: readonly boolean[];
      readonly scale: number;
    }>();
    expectTypeOf<GivenData<typeof schema>["group"]>().toEqualTypeOf<ArrayLike<"north" | "south">>();
    expectTypeOf<GivenData<typeof schema>["y"]>().toEqualTypeOf<ArrayLike<number | null | undefined>>();
    // @ts-expect-error a column is missing
    expect(() => withData(shops, { x: [1] })).toThrow(DataError);
    // @ts-expect-error no such category
    expect(() => withData(shops, { ...good, group: ["north", "west", "south"] })).toThrow(DataError);
  });

  test("tells every fault of its data with column and row", () => {
    const bad = { x: [1, NaN, "2"], y: [1, -1, 1.5, 2], group: ["north", "west"], open: [1, true, false] } as never;
    let error: unknown;
    try {
      withData(shops, bad);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(DataError);
    const { faults, message } = error as DataError;
    expect(faults.map(({ column, row }) => `${column} ${row ?? "-"}`)).toEqual([
      "x 1",
      "x 2",
      "y -",
      "y 1",
      "y 2",
      "group -",
      "group 1",
      "open 0",
      "scale -",
    ]);
    expect(message).toMatch(
      /^data of "shops": 9 faults\n {2}x\[1\]: got NaN, expected a finite number\n {2}x\[2\]: got "2"/,
    );
    expect(message).toContain('group[1]: got "west", expected one of "north", "south"');
    expect(message).toContain("y: wrong length; got 4 entries, expected 3, as x has");
    expect(message).toContain("scale: got nothing, expected a finite number");
  });

  test("needs data to run, and a schema that is one", () => {
    // @ts-expect-error a model without its data
    expect(() => fit(shops)).toThrow(/^model "shops": got a schema, expected data by withData/);
    expect(() => withData(shops, null as never)).toThrow(/^data of "shops": no columns; got null/);
    const define = (data: unknown) => () =>
      withData(
        defineModel("m", () => {}, { data: data as never }),
        {} as never,
      );
    expect(define({ y: "texts" })).toThrow(
      /^model "m": data "y" has an unknown type; got texts, expected one of numbers/,
    );
    expect(define({ y: "categories" })).toThrow(/^model "m": data "y" has no values; got type categories/);
    expect(define({ y: { type: "number", length: 2 } })).toThrow(/^model "m": data "y" has no such length; got 2/);
    expect(define([3])).toThrow(/^model "m": data "0" has an unknown type/);
    expect(define({ y: { type: "numbers", optional: true } })).toThrow(
      /^model "m": data "y": unknown option; got "optional", expected type, missing, length, values/,
    );
    expect(define({ y: { type: "numbers", missing: "yes" } })).toThrow(/missing is of another type; got "yes"/);
    expect(define({ y: { type: "category", values: ["a", "b", "a"] } })).toThrow(/a category is there twice; got "a"/);
    expect(define({ y: { type: "category", values: [1, "1"] } })).toThrow(/a category is there twice; got "1"/);
    expect(define({ y: { type: "category", values: [1, null] } })).toThrow(/a category is none; got null/);
  });

  const received = (schema: object, data: object): unknown => {
    let got: unknown;
    const model = defineModel(
      "taken",
      ({ sample }, taken) => {
        sample("z", normal(0, 1));
        got = { ...(taken as object) };
      },
      { data: schema as never },
    );
    logJoint(withData(model, data as never), [0]);
    return got;
  };

  test("has categories that are numbers, as of schools 1 to 8", () => {
    expect(received({ school: { type: "categories", values: [1, 2, 7] } }, { school: [7, 1, 2] })).toEqual({
      school: [2, 0, 1],
    });
    expect(() => received({ school: { type: "categories", values: [1, 2] } }, { school: [3, "1"] })).toThrow(
      'school[0]: got 3, expected one of 1, 2\n  school[1]: got "1", expected one of 1, 2',
    );
    const numbered = { school: { type: "categories", values: [1, 2] } } as const;
    expectTypeOf<GivenData<typeof numbered>["school"]>().toEqualTypeOf<ArrayLike<1 | 2>>();
  });

  test("takes what JSON makes of typed arrays", () => {
    const typed = JSON.parse(JSON.stringify({ y: Float64Array.of(1.5, 2), k: Uint8Array.of(3, 4) })) as object;
    expect(received({ y: "numbers", k: "counts" }, typed)).toEqual({ y: [1.5, 2], k: [3, 4] });
    for (const other of [{ 1: 2 }, { 0: 1, 2: 3 }, { y: 1 }, {}, new Set([1])])
      expect(() => received({ y: "numbers" }, { y: other })).toThrow("y: got an object, expected an array of");
  });

  test("says what data have in the place of a column that is missing, and which name is misspelt", () => {
    const optional = { y: "numbers", scale: { type: "number", missing: true } };
    expect(received(optional, { y: [1], id: [3] })).toEqual({ y: [1], scale: null });
    expect(received(optional, { y: [1], Scale: 3, scale: undefined })).toEqual({ y: [1], scale: null });
    expect(() => received(optional, { y: [1], Scale: 3 })).toThrow(
      'scale: got nothing; got "Scale", which the model has not, expected "scale"',
    );
    expect(() => received({ readings: "numbers", x: "numbers" }, { reading: [1] })).toThrow(
      'readings: the column is missing; got "reading", which the model has not, expected "readings"\n  x: the column is missing; got "reading", which the model has not',
    );
    expect(() => received({ a: "numbers", b: "numbers" }, { "a;b": [1] })).toThrow(
      /2 faults\n {2}a: the column is missing; got "a;b", which the model has not\n {2}b: the column is missing$/,
    );
  });
});

describe("a validator of Standard Schema", () => {
  const model = defineModel(
    "checked",
    ({ sample, observe }, { y, unit }) => {
      const level = sample("level", normal(0, 1));
      for (const value of y) observe(normal(level, unit === "m" ? 1 : 100), value);
    },
    { data: z.object({ y: z.array(z.number().positive()), unit: z.enum(["m", "cm"]).default("m") }) },
  );

  test("says what data are, and what the program gets", () => {
    const byHand = defineModel("checked", ({ sample, observe }) =>
      observe(normal(sample("level", normal(0, 1)), 1), 2),
    );
    expect(logJoint(withData(model, { y: [2] }), [0.3])).toBe(logJoint(byHand, [0.3]));
  });

  test("has its objections told as faults with column and row", () => {
    try {
      withData(model, { y: [1, -2, 3], unit: "ft" as never });
      expect.unreachable();
    } catch (error) {
      expect((error as DataError).faults.map(({ column, row }) => [column, row])).toEqual([
        ["y", 1],
        ["unit", undefined],
      ]);
    }
  });

  test.each([
    [
      ["meta", "unit"],
      ["meta.unit", undefined, "bad"],
    ],
    [
      [3, "y"],
      ["y", 3, "bad"],
    ],
    [[3], ["data", 3, "bad"]],
    [
      ["points", 2, "x"],
      ["points", 2, "x: bad"],
    ],
    [
      ["points", { key: 2 }],
      ["points", 2, "bad"],
    ],
    [undefined, ["data", undefined, "bad"]],
  ])("tells of the path %j column, row and what is within", (path, [column, row, message]) => {
    const schema = {
      "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "bad", path }] }) },
    } as const;
    try {
      withData(
        defineModel("m", () => {}, { data: schema }),
        {} as never,
      );
      expect.unreachable();
    } catch (error) {
      const [fault] = (error as DataError).faults;
      expect([fault!.column, fault!.row, fault!.message]).toEqual([column, row, message]);
    }
  });

  test("has to answer at once", () => {
    const late = {
      "~standard": { version: 1, vendor: "test", validate: () => Promise.resolve({ value: {} }) },
    } as const;
    const other = defineModel("late", () => {}, { data: late });
    expect(() => withData(other, {} as never)).toThrow(/^data of "late": the validator is asynchronous/);
  });
});
