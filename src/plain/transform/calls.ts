/**
 * Rewriting calls: statements of a program get their place, `Math.exp(x)` becomes `$nd.math("exp", …, x)`, and functions that ask values for their
 * truth or for an equal, as `list.some(f)` and `Number(x)` do, become functions of the runtime that know latents.
 */
import { type Around, between, close, open, type Work } from "./edits.ts";
import { isGlobal, isPure, stateOf } from "./state.ts";
import { bare, isFunction, type Node } from "./tree.ts";

type Of<T extends Node["type"]> = Extract<Node, { type: T }>;

/** Statements of a program, whose errors say where they stand. */
const STATEMENTS = new Set(["sample", "observe", "factor", "frozen", "param", "track"]);
/** Functions of `Object` and `Reflect` that change their first argument. */
const WRITERS = new Set("assign defineProperty defineProperties setPrototypeOf set deleteProperty".split(" "));
/** Methods that change what they are called on. */
const CHANGING = new Set("push pop shift unshift splice sort reverse fill copyWithin set add delete clear".split(" "));
/** Methods that ask their argument, or what a callback gives, for its truth or for an equal. */
const ASKED = new Set(
  "some every find findIndex findLast findLastIndex filter includes indexOf lastIndexOf at sort toSorted has get set add delete toFixed toPrecision toString toLocaleString next".split(
    " ",
  ),
);
/** Global functions that ask a value for its number, truth or text. */
const GLOBALS = new Set("Number Boolean String BigInt Array Symbol parseFloat parseInt isNaN isFinite".split(" "));
/** Methods that make a new array or object. */
const MAKING = new Set("map filter slice concat flat flatMap from of split entries toSorted fromEntries".split(" "));

export function made(work: Work, node: Node, { isArm }: Around): undefined {
  if (!isArm) return;
  open(work, node, `${work.runtime}.fresh(`);
  close(work, node, ")");
}

// An object that is changed in a way that no selection can put together again.
export function guarded(work: Work, object: Node, what: string, node: Node): undefined {
  if (object.type === "Super") return;
  open(work, object, `${work.runtime}.outside(`);
  close(work, object, `, ${JSON.stringify(what)}, ${work.placeOf(node)})`);
}

// Math.PI
export function isConstantOfMath(
  { scopes }: Work,
  { object, property, computed }: Of<"MemberExpression" | "OptionalMemberExpression">,
): boolean {
  return (
    !computed &&
    isGlobal(scopes.variableOf, object, "Math") &&
    property.type === "Identifier" &&
    /^[A-Z]/.test(property.name)
  );
}

// `new Array(k)` has as many entries as a plain k says; the keys of a `new Set(…)` and a `new Map(…)` are compared with each other.
export function constructed(work: Work, { callee, arguments: values }: Of<"NewExpression">): undefined {
  const [value] = values;
  if (callee.type !== "Identifier" || work.scopes.variableOf.has(callee) || !value || value.type === "SpreadElement")
    return;
  const { runtime: $ } = work;
  const place = work.placeOf(value);
  if (/^(Map|Set)$/.test(callee.name)) {
    open(work, value, `${$}.keys(`);
    close(work, value, `, ${JSON.stringify(callee.name)}, ${place})`);
  } else if (GLOBALS.has(callee.name) && values.length === 1) {
    open(work, value, `${$}.known(`);
    close(work, value, `, "length", ${place}, "what new ${callee.name} is given")`);
  }
}

export function call(work: Work, node: Of<"CallExpression" | "OptionalCallExpression">, around: Around): undefined {
  const { callee, arguments: values } = node;
  const { runtime: $, scopes } = work;
  const first = values[0]?.start ?? node.end! - 1;
  const all = (): undefined => {
    for (const value of values) argument(work, value, around);
  };
  if (node.type === "CallExpression" && callee.type === "Identifier" && STATEMENTS.has(callee.name)) {
    open(work, node, `${$}.call(${work.placeOf(node)}, `);
    between(work, callee.end!, first, values.length > 0 ? ", " : "");
    return all();
  }
  if (callee.type === "Identifier" && GLOBALS.has(callee.name) && isGlobal(scopes.variableOf, callee, callee.name)) {
    between(
      work,
      node.start!,
      first,
      `${$}.asGlobal(${JSON.stringify(callee.name)}, ${work.placeOf(node)}${values.length > 0 ? ", " : ""}`,
    );
    return all();
  }
  const name = callee.type === "MemberExpression" && callee.object.type !== "Super" ? methodName(callee) : undefined;
  if (callee.type === "MemberExpression" && name !== undefined) {
    if (node.type === "CallExpression" && isGlobal(scopes.variableOf, callee.object, "Math")) {
      const text = `${$}.math(${JSON.stringify(name)}, ${work.placeOf(node)}${values.length > 0 ? ", " : ""}`;
      between(work, node.start!, first, text);
      return all();
    }
    if (isGlobal(scopes.variableOf, callee.object, "Number") && name.startsWith("is"))
      for (const value of values) {
        if (value.type === "SpreadElement") continue;
        open(work, value, `${$}.known(`);
        close(work, value, `, "operator", ${work.placeOf(node)}, "what Number.${name} is asked of")`);
      }
    if (isGlobal(scopes.variableOf, callee.object, "Object") || isGlobal(scopes.variableOf, callee.object, "Reflect")) {
      const [target] = values;
      if (target && WRITERS.has(name)) guarded(work, target, `\`${name}\``, node);
      if (name === "is")
        for (const value of values) {
          open(work, value, `${$}.known(`);
          close(work, value, `, "operator", ${work.placeOf(node)}, "what Object.is is asked of")`);
        }
    }
    if (CHANGING.has(name) && !ASKED.has(name)) guarded(work, callee.object, `\`${name}\``, node);
    if (MAKING.has(name)) made(work, node, around);
    if (ASKED.has(name) && node.type === "CallExpression") return question(work, node, callee, name, around);
  }
  work.references.add(bare(callee));
  work.expression(callee, around);
  all();
}

// `xs.filter(Boolean)` hands over a global function, which has to know latents too.
function argument(work: Work, value: Node, around: Around): undefined {
  if (value.type === "Identifier" && GLOBALS.has(value.name) && isGlobal(work.scopes.variableOf, value, value.name)) {
    const text = `(...$v) => ${work.runtime}.asGlobal(${JSON.stringify(value.name)}, ${work.placeOf(value)}, ...$v)`;
    between(work, value.start!, value.end!, text);
    return;
  }
  return work.expression(value, around);
}

// The name of a method that is called by it: `list.push` and `list["push"]`.
function methodName({ property, computed }: Of<"MemberExpression">): string | undefined {
  if (computed) return property.type === "StringLiteral" ? property.value : undefined;
  return property.type === "Identifier" ? property.name : undefined;
}

// `list.some(f)` becomes `$nd.asked(list, "some", [f], …)`.
function question(
  work: Work,
  node: Of<"CallExpression">,
  { object }: Of<"MemberExpression">,
  name: string,
  around: Around,
): undefined {
  const { runtime: $, scopes } = work;
  const { arguments: values } = node;
  const [callback] = values;
  const isKnown = callback !== undefined && isFunction(callback) && isPure(scopes, callback);
  const after = `], ${isKnown}, ${work.placeOf(node)}${stateOf(scopes, node, [node])})`;
  open(work, object, `${$}.asked(`);
  if (CHANGING.has(name)) guarded(work, object, `\`${name}\``, node);
  between(
    work,
    object.end!,
    values[0]?.start ?? node.end!,
    `, ${JSON.stringify(name)}, [${values.length > 0 ? "" : after}`,
  );
  const last = values.at(-1);
  if (last) between(work, last.end!, node.end!, after);
  work.expression(object, around);
  for (const value of values) argument(work, value, around);
}
