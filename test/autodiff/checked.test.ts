import { describe, expect, test } from "vitest";
import * as a from "../../src/autodiff/index.ts";

const graph = new a.Graph();
const session = new a.Session(graph);
const x = graph.input("x", true);
const root = graph.algebra.mul(x, x);
const tape = a.compileTape(graph, [root], { laneInputs: [x], lanes: 4 });
const last = graph.size - 1;

/** What a caller without types may pass. */
const wrong = (value: unknown): never => value as never;

// biome-ignore format: a table
const REFUSED: readonly (readonly [call: string, run: () => unknown, kind: typeof TypeError, message: RegExp])[] = [
  ["a graph that is none",             () => a.gradient(wrong(x), x, []),                    TypeError,  /^gradient: .*a graph; got/],
  ["a node beyond the graph",          () => a.gradient(graph, graph.size, []),              RangeError, /^gradient: no node of the graph; got \d+, expected an integer from 0 to \d+$/],
  ["a node before it",                 () => a.gradient(graph, -1, []),                      RangeError, /^gradient: no node of the graph; got -1/],
  ["half a node",                      () => a.gradient(graph, 0.5, []),                     RangeError, /^gradient: no node of the graph; got 0.5/],
  ["inputs that are no list",          () => a.gradient(graph, root, wrong(x)),              TypeError,  /^gradient: .*a list of nodes; got/],
  ["an input that is no node",         () => a.gradient(graph, root, [wrong("x")]),          RangeError, /^gradient: no node of the graph; got "x"/],
  ["names that are no map",            () => a.print(graph, root, wrong(["x"])),             TypeError,  /^print: .*a map of names; got/],
  ["a node to print that is none",     () => a.print(graph, 1e9),                            RangeError, /^print: no node/],
  ["a session that is a graph",        () => a.nodeOf(wrong(graph), 1),                      TypeError,  /^nodeOf: .*a session; got/],
  ["no session",                       () => a.nodeOf(wrong(undefined), 1),                  TypeError,  /^nodeOf: .*a session; got undefined/],
  ["a session without a graph",        () => a.exprOf(wrong({}), x),                         TypeError,  /^exprOf: .*a session; got/],
  ["an expression of no node",         () => a.exprOf(session, -1),                          RangeError, /^exprOf: no node/],
  ["checks that are no list",          () => a.outOfRange(graph, wrong(1)),                  TypeError,  /^outOfRange: .*a list of checks; got 1/],
  ["a check without a node",           () => a.outOfRange(graph, [wrong({})]),               RangeError, /^outOfRange: no node of the graph; got undefined/],
  ["no check",                         () => a.outOfRange(graph, [wrong(undefined)]),        RangeError, /^outOfRange: no node of the graph; got undefined/],
  ["checks of no graph",               () => a.outOfRange(wrong({}), []),                    TypeError,  /^outOfRange: .*a graph; got/],
  ["roots that are no nodes",          () => a.compileTape(graph, [graph.size]),             RangeError, /^compileTape: no node/],
  ["options that are a number",        () => a.compileTape(graph, [root], wrong(4)),         TypeError,  /^compileTape: .*options; got 4/],
  ["options that are null",            () => a.compileTape(graph, [root], wrong(null)),      TypeError,  /^compileTape: .*options; got null/],
  ["a tape that is a graph",           () => a.runUniform(wrong(graph)),                     TypeError,  /^runUniform: .*a tape; got/],
  ["no tape",                          () => a.runUniform(wrong(undefined)),                 TypeError,  /^runUniform: .*a tape; got undefined/],
  ["a tape without what runs it",      () => a.runLanes(wrong({ executable: {} }), 1),       TypeError,  /^runLanes: .*a tape; got/],
  ["more lanes than there are",        () => a.runLanes(tape, 5),                            RangeError, /^runLanes: no number of lanes; got 5, expected an integer from 0 to 4$/],
  ["less than none",                   () => a.runLanes(tape, -1),                           RangeError, /^runLanes: no number of lanes; got -1/],
  ["half a lane",                      () => a.runLanes(tape, 1.5),                          RangeError, /^runLanes: no number of lanes; got 1.5/],
  ["a number as text",                 () => a.checkReal("1"),                               TypeError,  /got "1"/],
];

describe("functions on graphs and tapes refuse", () => {
  test.each(REFUSED)("%s", (_, run, kind, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(kind);
  });
});

test("they take the first and the last node of a graph, no lane and all of them", () => {
  expect(a.gradient(graph, 0, [last])).toHaveLength(1);
  expect(a.gradient(graph, last, [])).toEqual([]);
  expect(a.print(graph, root, new Map([[x, "y"]]))).toBe("y * y");
  expect(a.nodeOf(session, a.exprOf(session, root))).toBe(root);
  expect(graph.value(a.outOfRange(graph, []))).toBe(0);
  expect(a.checkReal(2)).toBe(2);
  tape.slots.set([2, 3, 4, 5], tape.noiseOffset);
  a.runUniform(tape);
  const { offset } = tape.outputs[0]!;
  a.runLanes(tape, 0);
  a.runLanes(tape, 4);
  expect([...tape.slots.subarray(offset, offset + 4)]).toEqual([4, 9, 16, 25]);
});
