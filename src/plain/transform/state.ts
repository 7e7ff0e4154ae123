/** A decision assigns variables in its arms. The transform passes them to the run as text that reads and sets them. */

import { Fault } from "./fault.ts";
import type { Scopes, Variable } from "./scopes.ts";
import { has, isFunction, type LoopNode, type Node, walk } from "./tree.ts";

/** `, { get: () => [x, y], set: ($v) => { [x, y] = $v; }, names: ["x", ""] }`, or "" without any. */
export function stateOf(scopes: Scopes, decision: Node, arms: readonly Node[], end: number = decision.end!): string {
  if (arms.length === 0) return "";
  const [from, to] = [Math.min(...arms.map(({ start }) => start!)), Math.max(...arms.map((arm) => arm.end!))];
  const isIn = (at: number): boolean => at >= from && at < to;
  const calls = arms.some(callsOut);
  const chosen = scopes.variables.filter((variable) => {
    const { kind, at, uses } = variable;
    if (kind === "const" || kind === "import") return false;
    const isLexical = uses.some((use) => use.writes && isIn(use.at));
    if (isIn(at)) {
      if (kind === "var" && isLexical && uses.some((use) => use.reads && !isIn(use.at)))
        throw new Fault(
          { start: at },
          `\`var ${variable.name}\` in an arm is used outside of it`,
          "got var",
          "expected let before the decision",
        );
      return false;
    }
    return isLexical || (calls && isCaptured(variable) && isVisible(variable, decision));
  });
  return textOf(chosen, (variable) => isRead(scopes, variable, decision, end));
}

/** The same of the variables around a loop that it assigns. */
export function loopStateOf(scopes: Scopes, loop: LoopNode): string {
  const isIn = (at: number): boolean => at >= loop.start! && at < loop.end!;
  const calls = callsOut(loop);
  const chosen = scopes.variables.filter((variable) => {
    const { kind, at, uses } = variable;
    if (kind === "const" || kind === "import" || (isIn(at) && kind !== "var")) return false;
    const isAssigned = uses.some((use) => use.writes && isIn(use.at));
    return (
      (isAssigned || (calls && isCaptured(variable) && isVisible(variable, loop))) &&
      isRead(scopes, variable, loop, loop.end!)
    );
  });
  return textOf(chosen, () => true);
}

function textOf(chosen: readonly Variable[], isRead: (variable: Variable) => boolean): string {
  if (chosen.length === 0) return "";
  const list = chosen.map(({ name }) => name).join(", ");
  const names = chosen.map((variable) => JSON.stringify(isRead(variable) ? variable.name : ""));
  return `, { get: () => [${list}], set: ($v) => { [${list}] = $v; }, names: [${names.join(", ")}] }`;
}

/** Whether the body of a loop declares a `var`, which keeps its value from round to round. */
export function declaresVar({ variables }: Scopes, { start, end }: Node): boolean {
  return variables.some(({ kind, at }) => kind === "var" && at >= start! && at < end!);
}

// Whether it may run code that stands elsewhere.
function callsOut(node: Node): boolean {
  let found = false;
  walk(node, ({ type }) => {
    found ||= /^(Optional)?CallExpression$|^NewExpression$|^TaggedTemplateExpression$/.test(type);
    return !found;
  });
  return found;
}

// Whether a function inside the one that it belongs to assigns it.
function isCaptured({ scope, uses }: Variable): boolean {
  return uses.some(({ writes, owner }) => writes && owner !== scope.owner);
}

// Whether a decision is in its scope and its declaration has been run by then.
function isVisible({ scope, at }: Variable, { start, end }: Node): boolean {
  const { node, owner } = scope;
  if (!(node.start! <= start! && node.end! >= end!) && node.type !== "File") return false;
  // Of a variable of another function only the run tells whether it is declared; most are.
  return at < start! || owner.type === "File" || !isFunction(owner);
}

// Whether it may be read after a decision.
function isRead({ loops }: Scopes, { uses, scope, at }: Variable, { start }: Node, end: number): boolean {
  if (uses.some(({ owner }) => owner !== scope.owner)) return true;
  if (uses.some((use) => use.reads && use.at >= end)) return true;
  // What `for (let i = 0; …)` declares goes on from round to round, and what the body declares does not.
  const isRound = (loop: LoopNode): boolean =>
    loop.type === "ForStatement" ? at > loop.body.start! && at < loop.body.end! : at > loop.start! && at < loop.end!;
  const isAround = (loop: LoopNode): boolean => loop.start! <= start! && loop.end! >= end && !isRound(loop);
  return loops.some(
    (loop) => isAround(loop) && uses.some((use) => use.reads && use.at > loop.start! && use.at < loop.end!),
  );
}

/** Whether running it does nothing but give its value, so that no arm is needed for it. */
export function isPure({ variableOf }: Scopes, node: Node): boolean {
  return !has(node, (below) => {
    if (below.type === "CallExpression") {
      const { callee } = below;
      if (callee.type === "Identifier") return !variableOf.get(callee)?.source?.startsWith("nondiff");
      return !(callee.type === "MemberExpression" && isGlobal(variableOf, callee.object, "Math"));
    }
    return /^(OptionalCall|New|TaggedTemplate|Assignment|Update|Await|Yield|Import)(Expression)?$/.test(below.type);
  });
}

/** Whether a node is the global of that name. */
export function isGlobal(variableOf: Scopes["variableOf"], node: Node, name: string): boolean {
  return node.type === "Identifier" && node.name === name && !variableOf.has(node);
}
