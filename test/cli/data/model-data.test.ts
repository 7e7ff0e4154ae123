import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modelWithData } from "../../../src/cli/data/model-data.ts";
import { bernoulli, DataError, defineModel, exponential, logJoint, poisson, withData } from "../../../src/index.ts";

const model = defineModel(
  "visits",
  ({ sample, observe }, { y, open, place, scale }) => {
    const rate = sample("rate", exponential(scale));
    y.forEach((count, i) => {
      if (open[i] && place[i] === 1) observe(poisson(rate), count as number);
    });
    observe(bernoulli(0.3), open[0] ? 1 : 0);
  },
  {
    data: {
      y: { type: "counts", missing: true },
      open: "booleans",
      place: { type: "categories", values: ["north", "south"] },
      scale: "number",
    },
  },
);
const FILES = {
  "names.csv": "y,open,place\n",
  "d.csv": 'y,note,open,place\n3,"a, b",true,south\n 5 ,,1,north\nNA,,FALSE,south\n',
  "d.json": '{ "y": [3, 5, null], "open": [true, true, false], "place": ["south", "north", "south"] }',
  "rows.json":
    '[{ "y": 3, "open": true, "place": "south" }, { "y": 5, "open": true, "place": "north" }, { "open": false, "place": "south" }]',
  "d.jsonl":
    '{ "y": 3, "open": true, "place": "south" }\n{ "y": 5, "open": true, "place": "north" }\n{ "open": false, "place": "south" }\n',
  "semicolons.csv": "y;open;place\r\n3;true;south\r\n5;1;north\r\nNA;0;south\r\n",
  "tabs.tsv": "y\topen\tplace\n3\ttrue\tsouth\n5\t1\tnorth\n\t0\tsouth\n",
  "mark.json": '\uFEFF{ "y": { "0": 3, "1": 5, "2": null }, "open": [1, 1, 0], "place": ["south", "north", "south"] }',
  "mark.jsonl":
    '\uFEFF{ "y": 3, "open": 1, "place": "south" }\r\n{ "y": 5, "open": 1, "place": "north" }\r\n{ "open": 0, "place": "south" }\r\n',
  "bad.jsonl": '{ "y": 3 }\n{ "y": \n',
  "bad.csv": "y,open,place\n3,true,south\nx,maybe,west\n",
  "bad.json": '{ "y": [1,',
};

describe("--data and --set", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nondiff-data-"));
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
    await writeFile(join(folder, "utf-16.csv"), `\uFEFF${FILES["d.csv"]}`, "utf16le");
  });
  afterAll(() => rm(folder, { recursive: true }));

  const of = (name: string, set: readonly string[] = ["scale=0.5"]) =>
    modelWithData(model, { data: join(folder, name), set });

  test.each([
    "d.csv",
    "d.json",
    "rows.json",
    "d.jsonl",
    "semicolons.csv",
    "tabs.tsv",
    "mark.json",
    "mark.jsonl",
    "utf-16.csv",
  ])("%s gives the data that the schema says", async (name) => {
    const data = {
      y: [3, 5, null],
      open: [true, true, false],
      place: ["south", "north", "south"],
      scale: 0.5,
    } as const;
    expect(logJoint(await of(name), [0.3])).toBe(logJoint(withData(model, data), [0.3]));
  });

  test("bad data are told with every fault", async () => {
    const error = await of("bad.csv", []).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).faults.map(({ column, row }) => [column, row])).toEqual([
      ["y", 1],
      ["open", 1],
      ["place", 1],
      ["scale", undefined],
    ]);
  });

  test.each([
    ["bad.json", [], /^--data: ".*bad.json" is no JSON/],
    ["bad.jsonl", [], /^--data: line 2 of ".*bad.jsonl" is no JSON/],
    ["names.csv", [], /^--data: ".*names.csv" has no row; got a line of names alone, expected a row for each datum$/],
    ["none.csv", [], /^--data: cannot read ".*none.csv"; got ENOENT/],
    ["d.csv", ["scal=1"], /^--set: no such value; got "scal", expected one of y, open, place, scale/],
    ["d.csv", ["y=1"], /^--set: "y" is a column/],
    ["d.csv", ["scale"], /^--set: got "scale", expected NAME=VALUE/],
  ])("%s with %j is a wrong use", async (name, set, message) => {
    await expect(of(name, set)).rejects.toThrow(message);
  });

  test("columns that the model does not name are left alone, and told", async () => {
    const told: string[] = [];
    await modelWithData(model, { data: join(folder, "d.csv"), set: ["scale=1"] }, (text) => void told.push(text));
    expect(told).toEqual(['--data: left alone, as model "visits" does not name them: note']);
    await modelWithData(model, { data: join(folder, "d.json"), set: ["scale=1"] }, (text) => void told.push(text));
    expect(told.length).toBe(1);
  });

  test("categories may be numbers", async () => {
    let got: unknown;
    const schools = defineModel(
      "schools",
      ({ sample }, { school }) => {
        sample("z", exponential(1));
        got = school;
      },
      { data: { school: { type: "categories", values: [1, 2, "other"] } } },
    );
    await writeFile(join(folder, "schools.csv"), "school\n2\n1.0\nother\n");
    logJoint(await modelWithData(schools, { data: join(folder, "schools.csv"), set: [] }), [0]);
    expect(got).toEqual([1, 0, 2]);
  });

  test("go with models that take data, which need them", async () => {
    const other = defineModel("other", ({ sample }) => void sample("z", exponential(1)));
    expect(await modelWithData(other, { data: undefined, set: [] })).toBe(other);
    await expect(modelWithData(other, { data: "d.csv", set: [] })).rejects.toThrow(
      '--data: model "other" takes no data',
    );
    await expect(modelWithData(model, { data: undefined, set: [] })).rejects.toThrow(
      /needs data: y, open, place, scale/,
    );
  });
});
