import { describe, expect, test } from "vitest";
import { csvTable } from "../../../src/cli/data/csv.ts";

describe("a table in CSV", () => {
  test.each([
    ["x,y\n1,2\n3,4\n", { x: ["1", "3"], y: ["2", "4"] }],
    ["\uFEFFx,y\r\n1,\r\n,4", { x: ["1", ""], y: ["", "4"] }],
    ['x,"a, b"\n"1","say ""hi""\nthere"\n\n2,z\n', { x: ["1", "2"], "a, b": ['say "hi"\nthere', "z"] }],
    ["x\n", { x: [] }],
    ["x,y\r\n1,2\n3,4\r", { x: ["1", "3"], y: ["2", "4"] }],
    ['x,y\n"1" ,"2"', { x: ["1"], y: ["2"] }],
    ['x,y\n1.5" pipe,""\n', { x: ['1.5" pipe'], y: [""] }],
    ["x;y\n1;2,5\n", { x: ["1"], y: ["2,5"] }],
    ["x\ty\n1\t2;3\n", { x: ["1"], y: ["2;3"] }],
    ['"a;b",y\n1,2\n', { "a;b": ["1"], y: ["2"] }],
    ['"a;b"\n1\n', { "a;b": ["1"] }],
    ["\n\nx;y\n1;2\n", { x: ["1"], y: ["2"] }],
    ["x\n1\n\n2\n\n\n", { x: ["1", "", "2"] }],
    ["x,y\n1,2\n\n3,4\n", { x: ["1", "3"], y: ["2", "4"] }],
    [" x , y\n1, 2\n", { x: ["1"], y: [" 2"] }],
  ])("%j has the columns that it says", (text, columns) => {
    expect(csvTable("t.csv", text)).toEqual(columns);
  });

  test.each([
    ["", '--data: "t.csv" is empty'],
    ["x,x\n1,2\n", '--data: "t.csv" names a column twice; got "x"'],
    ["x,y\n1,2\n\n3\n", '--data: "t.csv" has a row of another length at line 4; got 1 fields, expected 2'],
    ['x,y\n"a\nb",2\n3,"4\n', '--data: "t.csv" has quotes that never end, from line 4 on'],
    [
      'x\n"a"b\n',
      '--data: "t.csv" has text behind quotes, in the field that opens at line 2; got "a"b, expected a comma',
    ],
  ])("%j is refused, with the line", (text, message) => {
    expect(() => csvTable("t.csv", text)).toThrow(message);
  });

  test("says which delimiter is missing behind quotes", () => {
    expect(() => csvTable("t.csv", 'x;y\n"a"b;2\n')).toThrow("expected a semicolon behind quotes");
  });
});
