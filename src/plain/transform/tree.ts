/** A file is parsed into a syntax tree, and the transform goes through that. */
import { type ParserPlugin, parse } from "@babel/parser";
import type { Comment, File, Node } from "@babel/types";

export type { Node } from "@babel/types";

export interface Tree {
  readonly code: string;
  readonly file: File;
  readonly comments: readonly Comment[];
}

/** Parses an ES module, with types or without; throws SyntaxError with `name:line:column` in front. */
export function treeOf(code: string, name: string, isTyped: boolean): Tree {
  const plugins: ParserPlugin[] = [
    ...(isTyped ? (["typescript"] as const) : []),
    ...(/x$/.test(name) ? (["jsx"] as const) : []),
  ];
  try {
    const file = parse(code, {
      sourceType: "module",
      createParenthesizedExpressions: true,
      attachComment: false,
      plugins,
    });
    return { code, file, comments: file.comments ?? [] };
  } catch (error) {
    const { message, loc } = error as SyntaxError & { loc?: { line: number; column: number } };
    if (!loc) throw error;
    throw new SyntaxError(`${name}:${loc.line}:${loc.column + 1}: ${message.replace(/ \(\d+:\d+\)$/, "")}`);
  }
}

const NO_CHILDREN = new Set(["loc", "extra", "errors", "comments", "tokens"]);

/** The nodes right below one, in the order of the text. */
export function childrenOf(node: Node): Node[] {
  const found: Node[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (NO_CHILDREN.has(key)) continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) found.push(child);
  }
  return found.sort((a, b) => a.start! - b.start!);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** Goes through a tree from above; where `visit` returns false, what is below is left out. */
export function walk(node: Node, visit: (node: Node) => unknown): void {
  if (visit(node) === false) return;
  for (const child of childrenOf(node)) walk(child, visit);
}

export type FunctionNode = Extract<
  Node,
  {
    type:
      | "FunctionDeclaration"
      | "FunctionExpression"
      | "ArrowFunctionExpression"
      | "ObjectMethod"
      | "ClassMethod"
      | "ClassPrivateMethod";
  }
>;

export function isFunction(node: Node): node is FunctionNode {
  return /^(Function(Declaration|Expression)|ArrowFunctionExpression|(Object|Class|ClassPrivate)Method)$/.test(
    node.type,
  );
}

/** Whether code of this node itself, not of functions in it, has a node of which `test` holds. */
export function has(root: Node, test: (node: Node) => boolean): boolean {
  let found = false;
  walk(root, (node) => {
    if (found || (node !== root && isFunction(node))) return false;
    found ||= test(node);
    return !found;
  });
  return found;
}

/** Whether it can return from the function that it is in. */
export function mayReturn(node: Node): boolean {
  return !isFunction(node) && has(node, ({ type }) => type === "ReturnStatement");
}

/** Whether it never goes on to what follows it. */
export function alwaysLeaves(node: Node | null | undefined): boolean {
  if (!node) return false;
  if (/^(Return|Throw|Break|Continue)Statement$/.test(node.type)) return true;
  if (node.type === "BlockStatement") return node.body.some(alwaysLeaves);
  return node.type === "IfStatement" && alwaysLeaves(node.consequent) && alwaysLeaves(node.alternate);
}

/** Whether it waits: an `await` or a `yield`. */
export function waits(node: Node): boolean {
  return has(
    node,
    (below) =>
      below.type === "AwaitExpression" ||
      below.type === "YieldExpression" ||
      (below.type === "ForOfStatement" && below.await),
  );
}

const LOOP = /^(For|ForIn|ForOf|While|DoWhile)Statement$/;

export type LoopNode = Extract<
  Node,
  { type: "ForStatement" | "ForInStatement" | "ForOfStatement" | "WhileStatement" | "DoWhileStatement" }
>;

export function isLoop(node: Node): node is LoopNode {
  return LOOP.test(node.type);
}

/** The loop that a node is, with the labels before it. */
export function loopIn(node: Node): { loop: LoopNode; labels: string[] } | undefined {
  if (isLoop(node)) return { loop: node, labels: [] };
  const found = node.type === "LabeledStatement" ? loopIn(node.body) : undefined;
  if (found && node.type === "LabeledStatement") found.labels.push(node.label.name);
  return found;
}

/** Whether it has no condition of its own, as `for (;;)` and `while (true)`. */
export function isEndless(node: LoopNode): boolean {
  if (node.type === "ForOfStatement" || node.type === "ForInStatement") return false;
  return !node.test || /Literal$/.test(node.test.type);
}

/** Whether it can return, or jump to somewhere outside of it. */
export function mayLeave(node: Node): boolean {
  return mayReturn(node) || jumpsOut(node);
}

/** Whether it has a `break` or `continue` to somewhere outside of it. */
export function jumpsOut(node: Node): boolean {
  const look = (at: Node, labels: readonly string[], breaks: boolean, continues: boolean): boolean => {
    if (at.type === "BreakStatement") return at.label ? !labels.includes(at.label.name) : !breaks;
    if (at.type === "ContinueStatement") return at.label ? !labels.includes(at.label.name) : !continues;
    if (isFunction(at)) return false;
    const inside = at.type === "LabeledStatement" ? [...labels, at.label.name] : labels;
    const loop = isLoop(at);
    return childrenOf(at).some((child) =>
      look(child, inside, breaks || loop || at.type === "SwitchStatement", continues || loop),
    );
  };
  return look(node, [], false, false);
}

/** The expression without parentheses and assertions of types around it. */
export function bare(node: Node): Node {
  switch (node.type) {
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
      return bare(node.expression);
    default:
      return node;
  }
}
