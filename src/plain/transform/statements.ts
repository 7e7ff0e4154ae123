/**
 * Statements are rewritten here. The arms of an `if` become functions, as a decision on a latent runs both; where an arm returns, what follows the `if`
 * becomes a function too:
 *
 *     if (z > 0) return f();      return $nd.result($nd.decideAndReturn($nd.gt(z, 0), () => { return [f()]; },
 *     g();                          undefined, () => { g(); }, "then", …));
 *
 * In loops, switches, try statements, under labels and in async functions an arm that leaves the `if` stays what it is, and a decision on a latent is
 * refused there.
 */
import { type Around, between, close, closeAt, open, type Work } from "./edits.ts";
import { pattern } from "./expressions.ts";
import { stateOf } from "./state.ts";
import { alwaysReturns, type FunctionNode, isFunction, jumpsOut, mayReturn, type Node, waits } from "./tree.ts";

type Of<T extends Node["type"]> = Extract<Node, { type: T }>;

/** The code of a function, with its parameters. */
export function functionBody(work: Work, node: FunctionNode, around: Around): undefined {
  if ("key" in node && node.computed) work.expression(node.key, around);
  const isAsync = node.async === true || node.generator === true;
  const inside: Around = { returns: "native", isBound: isAsync, isAsync, isArm: true };
  for (const parameter of node.params) pattern(work, parameter, inside);
  if (node.body.type === "BlockStatement") list(work, node.body.body, node.body, inside);
  else work.expression(node.body, inside);
}

/** The code of a program, which is in no arm itself. */
export function programBody(work: Work, node: FunctionNode): undefined {
  const outside: Around = { returns: "native", isBound: false, isAsync: false, isArm: false };
  for (const parameter of node.params) pattern(work, parameter, outside);
  if (node.body.type === "BlockStatement") list(work, node.body.body, node.body, outside);
  else work.expression(node.body, outside);
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
    const isDecision = node.type === "IfStatement" || node.type === "BlockStatement";
    if (isDecision && !around.isBound && mayReturn(node)) return returning(work, node, rest, container, around);
    statement(work, node, around);
  }
}

// An `if` or a block that may return, and what follows it.
function returning(
  work: Work,
  node: Of<"IfStatement"> | Of<"BlockStatement">,
  rest: readonly Node[],
  container: Of<"BlockStatement"> | undefined,
  around: Around,
): undefined {
  const { runtime: $, scopes } = work;
  const isOuter = around.returns === "native";
  const inside: Around = { ...around, returns: "completion", isArm: true };
  const end = rest.length > 0 && container ? container.end! - 1 : node.end!;
  const before = `return ${isOuter ? `${$}.result(` : ""}${$}.`;
  const after = `${isOuter ? ")" : ""};`;
  const hasRest = rest.length > 0 && container !== undefined;
  const finish = (text: string): undefined => {
    if (hasRest) closeAt(work, end, text);
    else close(work, node, text);
  };
  const place = work.placeOf(node);
  if (node.type === "BlockStatement") {
    open(work, node, `${before}block(() => `);
    finish(`${hasRest ? " }" : ", undefined"}, ${place}${stateOf(scopes, node, [node, ...rest], end)})${after}`);
    if (hasRest) close(work, node, ", () => {");
    list(work, node.body, node, inside);
  } else {
    const { consequent, alternate } = node;
    const [then, otherwise] = [alwaysReturns(consequent), alwaysReturns(alternate)];
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
  const plain = (child: Node | null | undefined, use: string, what: string): undefined => {
    if (!child) return;
    open(work, child, `${$}.known(`);
    close(work, child, `, "${use}", ${work.placeOf(child)}, "${what}")`);
    value(child);
  };
  if (isFunction(node)) return work.body(node, around);
  switch (node.type) {
    case "ExpressionStatement":
      return work.expression(node.expression, around, true);
    case "VariableDeclaration":
      return declarations(work, node, around);
    case "IfStatement": {
      const { test, consequent, alternate } = node;
      if (mayReturn(node) || jumpsOut(node) || waits(node)) {
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
      if (node.init?.type === "VariableDeclaration") declarations(work, node.init, around);
      else work.expression(node.init, around, true);
      plain(node.test, "loop", "the condition of a loop");
      work.expression(node.update, around, true);
      return statement(work, node.body, bound);
    case "WhileStatement":
    case "DoWhileStatement":
      plain(node.test, "loop", "the condition of a loop");
      return statement(work, node.body, bound);
    case "ForOfStatement":
    case "ForInStatement":
      if (node.left.type === "VariableDeclaration") declarations(work, node.left, around);
      else pattern(work, node.left, around);
      plain(node.right, "loop", "what a loop runs over");
      return statement(work, node.body, bound);
    case "SwitchStatement":
      plain(node.discriminant, "switch", "what a switch decides by");
      for (const one of node.cases) {
        plain(one.test, "switch", "a case of a switch");
        list(work, one.consequent, undefined, bound);
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
    case "LabeledStatement":
      return statement(work, node.body, bound);
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
    case "BreakStatement":
    case "ContinueStatement":
    case "DebuggerStatement":
      return;
    default:
  }
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
