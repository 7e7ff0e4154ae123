/**
 * Statements are rewritten here. The arms of an `if` become functions, as a decision on a latent runs both; where an arm returns, what follows the `if`
 * becomes a function too:
 *
 *     if (z > 0) return f();      return $nd.result($nd.decideAndReturn($nd.gt(z, 0), () => { return [f()]; },
 *     g();                          undefined, () => { g(); }, "then", …));
 *
 * The body of a loop that something in it leaves becomes a function as well, of a round:
 *
 *     for (const x of rows) {     { const $ndl = $nd.loop({…}); for (const x of rows) { if ($ndl.round(() => {
 *       if (z > x) break;           return $nd.decideAndReturn($nd.gt(z, x), () => { return [undefined, "break"]; }, …);
 *       n++;                        }, …)) break; } $ndl.end(); }
 *     }
 *
 * In switches, try statements, under labels, in loops that wait or declare a `var` and in async functions an arm that leaves the `if` stays what it is, and a
 * decision on a latent is refused there.
 */
import { type Around, between, close, closeAt, open, type Work } from "./edits.ts";
import { pattern } from "./expressions.ts";
import { declaresVar, loopStateOf, stateOf } from "./state.ts";
import {
  alwaysLeaves,
  type FunctionNode,
  isEndless,
  isFunction,
  type LoopNode,
  loopIn,
  mayLeave,
  type Node,
  waits,
} from "./tree.ts";

type Of<T extends Node["type"]> = Extract<Node, { type: T }>;

/** Around the code of a program, which is in no arm itself. */
const OUTSIDE: Around = { returns: "native", isBound: false, isAsync: false, isArm: false, jumps: new Set() };

/** The code of a function, with its parameters. */
export function functionBody(work: Work, node: FunctionNode, around: Around = OUTSIDE): undefined {
  if ("key" in node && node.computed) work.expression(node.key, around);
  const isAsync = node.async === true || node.generator === true;
  const inside: Around = { ...OUTSIDE, isBound: isAsync, isAsync, isArm: true };
  for (const parameter of node.params) pattern(work, parameter, inside);
  if (node.body.type === "BlockStatement") list(work, node.body.body, node.body, inside);
  else work.expression(node.body, inside);
}

/** The code of a program. */
export function programBody(work: Work, node: FunctionNode): undefined {
  for (const parameter of node.params) pattern(work, parameter, OUTSIDE);
  if (node.body.type === "BlockStatement") list(work, node.body.body, node.body, OUTSIDE);
  else work.expression(node.body, OUTSIDE);
}

// Statements one after another; `container` is the block that ends after them.
function list(
  work: Work,
  nodes: readonly Node[],
  container: Of<"BlockStatement"> | undefined,
  around: Around,
): undefined {
  for (const [i, node] of nodes.entries()) {
    const rest = nodes.slice(i + 1);
    const isDecision = node.type === "IfStatement" || node.type === "BlockStatement" || inRounds(work, node, around);
    if (isDecision && !around.isBound && mayLeave(node)) return leaving(work, node, rest, container, around);
    statement(work, node, around);
  }
}

// The loop that a node is, if its body becomes a function: where something in it leaves a round and all who leave more can.
function inRounds(work: Work, node: Node, around: Around): ReturnType<typeof loopIn> {
  const found = loopIn(node);
  if (!found || !mayLeave(found.loop.body) || waits(found.loop) || declaresVar(work.scopes, found.loop.body)) return;
  return around.isBound && mayLeave(node) ? undefined : found;
}

// An `if`, a block or a loop that may be left, and what follows it.
function leaving(
  work: Work,
  node: Node,
  rest: readonly Node[],
  container: Of<"BlockStatement"> | undefined,
  around: Around,
): undefined {
  const { runtime: $, scopes } = work;
  const isOuter = around.returns === "native";
  const inside: Around = { ...around, returns: "completion", isArm: true };
  const end = rest.length > 0 && container ? container.end! - 1 : node.end!;
  const before = `return ${isOuter ? `${$}.result(` : ""}${$}.`;
  const place = work.placeOf(node);
  const after = `${isOuter ? `, ${place})` : ""};`;
  const hasRest = rest.length > 0 && container !== undefined;
  const finish = (text: string): undefined => {
    if (hasRest) closeAt(work, end, text);
    else close(work, node, text);
  };
  if (node.type !== "IfStatement") {
    const isBlock = node.type === "BlockStatement";
    open(work, node, `${before}block(() => ${isBlock ? "" : "{ "}`);
    finish(
      `${hasRest ? " }" : isBlock ? ", undefined" : " }, undefined"}, ${place}${stateOf(scopes, node, [node, ...rest], end)})${after}`,
    );
    if (hasRest) close(work, node, `${isBlock ? "" : " }"}, () => {`);
    if (isBlock) list(work, node.body, node, inside);
    else loop(work, node, loopIn(node)!, inside, "return ");
  } else {
    const { consequent, alternate } = node;
    const [then, otherwise] = [alwaysLeaves(consequent), alwaysLeaves(alternate)];
    const returns = then && otherwise ? "both" : then ? "then" : otherwise ? "else" : "";
    const arms = [consequent, ...(alternate ? [alternate] : []), ...rest];
    // Where neither arm always returns, what follows runs after both and reads what they leave.
    const last = `"${returns}", ${place}${stateOf(scopes, node, arms, returns === "" ? node.end! : end)})${after}`;
    finish(hasRest ? ` }, ${last}` : `${alternate ? "" : ", undefined"}, undefined, ${last}`);
    if (hasRest) close(work, node, `${alternate ? "" : ", undefined"}, () => {`);
    ifArms(work, node, `${before}decideAndReturn(`, inside);
  }
  if (!hasRest) return;
  for (const one of rest) hoist(work, one, container!);
  list(work, rest, container, inside);
}

// A function declaration is there from the beginning of its block on.
function hoist(work: Work, node: Node, container: Of<"BlockStatement">): undefined {
  if (node.type !== "FunctionDeclaration" || !node.id) return;
  const variable = work.scopes.variables.find(({ value }) => value === node);
  const begins = container.body[0]?.start ?? node.start!;
  if (variable?.uses.some(({ at }) => at < node.start!)) work.edits.move(node.start!, node.end!, begins);
}

// The test and the arms of an `if` as arguments.
function ifArms(
  work: Work,
  { start, test, consequent, alternate }: Of<"IfStatement">,
  before: string,
  inside: Around,
): undefined {
  between(work, start!, test.start!, before);
  between(work, test.end!, consequent.start!, ", () => ");
  if (alternate) between(work, consequent.end!, alternate.start!, ", () => ");
  work.expression(test, inside);
  arm(work, consequent, inside);
  if (alternate) arm(work, alternate, inside);
}

function arm(work: Work, node: Node, inside: Around): undefined {
  if (node.type === "BlockStatement") return list(work, node.body, node, inside);
  open(work, node, "{ ");
  close(work, node, " }");
  list(work, [node], undefined, inside);
}

function statement(work: Work, node: Node, around: Around): undefined {
  const { runtime: $, scopes } = work;
  const bound: Around = { ...around, isBound: true };
  const value = (child: Node | null | undefined): undefined => work.expression(child, around);
  const plain = (child: Node | null | undefined, use: string, what: string): undefined =>
    known(work, child, around, use, what);
  if (isFunction(node)) return work.body(node, around);
  switch (node.type) {
    case "ExpressionStatement":
      return work.expression(node.expression, around, true);
    case "VariableDeclaration":
      return declarations(work, node, around);
    case "IfStatement": {
      const { test, consequent, alternate } = node;
      if (mayLeave(node) || waits(node)) {
        plain(test, waits(node) ? "wait" : "jump", "an `if` that leaves what is around it");
        statement(work, consequent, bound);
        if (alternate) statement(work, alternate, bound);
        return;
      }
      const arms = [consequent, ...(alternate ? [alternate] : [])];
      close(work, node, `${alternate ? "" : ", undefined"}, ${work.placeOf(node)}${stateOf(scopes, node, arms)});`);
      return ifArms(work, node, `${$}.decide(`, { ...around, isArm: true });
    }
    case "BlockStatement":
      return list(work, node.body, node, around);
    case "ForStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForOfStatement":
    case "ForInStatement":
    case "LabeledStatement": {
      const rounds = inRounds(work, node, around);
      if (rounds) return loop(work, node, rounds, around, "");
      if (node.type === "LabeledStatement") return statement(work, node.body, staying(bound, node.label.name));
      head(work, node, around);
      return statement(work, node.body, staying(bound, "break", "continue"));
    }
    case "SwitchStatement":
      plain(node.discriminant, "switch", "what a switch decides by");
      for (const one of node.cases) {
        plain(one.test, "switch", "a case of a switch");
        list(work, one.consequent, undefined, staying(bound, "break"));
      }
      return;
    case "TryStatement":
      statement(work, node.block, bound);
      if (node.handler) handler(work, node.handler, bound);
      if (node.finalizer) statement(work, node.finalizer, bound);
      return;
    case "ThrowStatement":
      open(work, node.argument, `${$}.thrown(`);
      close(work, node.argument, `, ${work.placeOf(node)})`);
      return value(node.argument);
    case "BreakStatement":
    case "ContinueStatement": {
      const jump = node.type === "BreakStatement" ? "break" : "continue";
      const to = node.label ? `${jump} ${node.label.name}` : jump;
      if (!around.jumps.has(node.label?.name ?? jump))
        between(work, node.start!, node.end!, `return [undefined, "${to}"];`);
      return;
    }
    case "ReturnStatement":
      if (around.returns === "completion") {
        if (node.argument) {
          open(work, node.argument, "[");
          close(work, node.argument, "]");
        } else work.edits.appendLeft(node.start! + "return".length, " [undefined]");
      }
      return value(node.argument);
    case "ClassDeclaration":
      return value(node);
    case "ExportNamedDeclaration":
    case "EmptyStatement":
    case "DebuggerStatement":
      return;
    default:
  }
}

// A value that must not depend on a latent.
function known(work: Work, node: Node | null | undefined, around: Around, use: string, what: string): undefined {
  if (!node) return;
  open(work, node, `${work.runtime}.known(`);
  close(work, node, `, "${use}", ${work.placeOf(node)}, "${what}")`);
  work.expression(node, around);
}

// With further jumps that stay as they are.
function staying(around: Around, ...jumps: string[]): Around {
  return { ...around, jumps: new Set([...around.jumps, ...jumps]) };
}

// What stands before the body of a loop, and after that of `do`.
function head(work: Work, node: LoopNode, around: Around): undefined {
  if (node.type === "ForOfStatement" || node.type === "ForInStatement") {
    if (node.left.type === "VariableDeclaration") declarations(work, node.left, around);
    else pattern(work, node.left, around);
    if (node.type === "ForInStatement") return known(work, node.right, around, "loop", "what a loop runs over");
    if (!node.await) {
      open(work, node.right, `${work.runtime}.iterated(`);
      close(work, node.right, `, ${work.placeOf(node.right)})`);
    }
    return work.expression(node.right, around);
  }
  if (node.type === "ForStatement") {
    if (node.init?.type === "VariableDeclaration") declarations(work, node.init, around);
    else work.expression(node.init, around, true);
    work.expression(node.update, around, true);
  }
  return known(work, node.test, around, "loop", "the condition of a loop");
}

// A loop whose rounds are functions. It is left at its end, where `finish` is "return ", or goes on.
function loop(
  work: Work,
  node: Node,
  { loop, labels }: NonNullable<ReturnType<typeof loopIn>>,
  around: Around,
  finish: "return " | "",
): undefined {
  const { runtime: $, scopes } = work;
  const { body } = loop;
  const place = work.placeOf(loop);
  const options = `{ labels: ${JSON.stringify(labels)}, isEndless: ${isEndless(loop)}, place: ${place} }`;
  open(work, node, `{ const ${$}l = ${$}.loop(${options}${loopStateOf(scopes, loop)}); `);
  close(work, node, ` ${finish}${$}l.end(); }`);
  head(work, loop, around);
  open(work, body, `{ if (${$}l.round(() => `);
  close(work, body, `${stateOf(scopes, body, [body])})) break; }`);
  arm(work, body, { ...around, returns: "completion", isBound: false, isArm: true, jumps: new Set() });
}

function declarations(work: Work, node: Of<"VariableDeclaration">, around: Around): undefined {
  if (node.declare) return;
  for (const { id, init } of node.declarations) {
    pattern(work, id, around);
    work.expression(init, around);
  }
}

// What a `catch` gets may be a refusal, which no program catches.
function handler(work: Work, { param, body, start }: Of<"CatchClause">, around: Around): undefined {
  const { runtime: $, code } = work;
  if (!param) work.edits.appendLeft(start! + "catch".length, " ($e)");
  const inside = body.start! + 1;
  if (param?.type === "Identifier") work.edits.appendLeft(inside, ` ${$}.caught(${param.name});`);
  else if (!param) work.edits.appendLeft(inside, ` ${$}.caught($e);`);
  else {
    between(work, param.start!, param.end!, "$e");
    work.edits.appendLeft(
      inside,
      ` const ${code.slice(param.start!, param.end!).replaceAll("\n", " ")} = ${$}.caught($e);`,
    );
  }
  list(work, body.body, body, around);
}
