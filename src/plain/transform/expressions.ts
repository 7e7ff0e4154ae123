/**
 * Rewriting expressions: `base + slope * price` becomes `$nd.add(base, $nd.mul(slope, price))`. Each rewriting keeps the order in which JavaScript
 * evaluates the parts, and parts that JavaScript may skip become functions.
 */
import { call, constructed, guarded, isConstantOfMath, made } from "./calls.ts";
import { type Around, between, close, open, type Work } from "./edits.ts";
import { isType } from "./scopes.ts";
import { isGlobal, isPure, stateOf } from "./state.ts";
import { bare, childrenOf, isFunction, type Node, waits } from "./tree.ts";

const ARITHMETIC: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "rem",
  "**": "pow",
};
const COMPARISONS: Readonly<Record<string, string>> = {
  ">": "gt",
  "<": "lt",
  ">=": "ge",
  "<=": "le",
  "===": "same",
  "!==": "different",
  "==": "equal",
  "!=": "unequal",
};
const PLAIN = new Set(["&", "|", "^", "<<", ">>", ">>>"]);
export function expression(work: Work, node: Node | null | undefined, around: Around, isStatement = false): undefined {
  if (!node || isType(node)) return;
  const { runtime: $, scopes } = work;
  const go = (child: Node | null | undefined): undefined => expression(work, child, around);
  if (isFunction(node)) return work.body(node, around);
  switch (node.type) {
    case "BinaryExpression":
      return binary(work, node, around);
    case "LogicalExpression": {
      if (node.operator === "??") {
        open(work, node.left, `${$}.settled(`);
        close(work, node.left, ")");
        break;
      }
      const { left, right } = node;
      if (around.isAsync && waits(right)) {
        open(work, left, `${$}.known(`);
        close(work, left, `, "wait", ${work.placeOf(node)}, "what \`${node.operator}\` decides by")`);
      } else {
        open(work, node, `${$}.${node.operator === "&&" ? "conjoin" : "disjoin"}(`);
        between(work, left.end!, right.start!, ", () => (");
        close(work, node, `), ${tail(work, node, [right])}, ${isStatement}${stateOf(scopes, node, [right])})`);
      }
      go(left);
      return go(right);
    }
    case "ConditionalExpression": {
      const { test, consequent, alternate } = node;
      if (around.isAsync && (waits(consequent) || waits(alternate))) {
        open(work, test, `${$}.known(`);
        close(work, test, `, "wait", ${work.placeOf(test)}, "the condition of \`?:\`")`);
      } else {
        open(work, node, `${$}.choose(`);
        between(work, test.end!, consequent.start!, ", () => (");
        between(work, consequent.end!, alternate.start!, "), () => (");
        const arms = [consequent, alternate];
        close(work, node, `), ${tail(work, node, arms)}${stateOf(scopes, node, arms)})`);
      }
      go(test);
      go(consequent);
      return go(alternate);
    }
    case "UnaryExpression":
      return unary(work, node, around);
    case "AssignmentExpression":
      return assignment(work, node, around);
    case "UpdateExpression":
      return update(work, node, around, isStatement);
    case "CallExpression":
    case "OptionalCallExpression":
      return call(work, node, around);
    case "MemberExpression":
      if (isEntry(work, node)) {
        open(work, node, `${$}.entry(`);
        between(work, node.object.end!, node.property.start!, ", ");
        between(work, node.property.end!, node.end!, `, ${work.placeOf(node.property)})`);
        go(node.object);
        return go(node.property);
      }
      return reference(work, node, around);
    case "OptionalMemberExpression":
      return reference(work, node, around);
    case "TemplateLiteral":
      for (const child of node.expressions) {
        open(work, child, `${$}.known(`);
        close(work, child, `, "text", ${work.placeOf(child)}, "what a template prints")`);
      }
      break;
    case "TaggedTemplateExpression":
      work.references.add(node.tag);
      go(node.tag);
      for (const child of node.quasi.expressions) go(child);
      return;
    case "Identifier":
      if (isGlobal(scopes.variableOf, node, "Math"))
        between(work, node.start!, node.end!, `${$}.mathAt(${work.placeOf(node)})`);
      return;
    case "NewExpression":
      constructed(work, node);
      made(work, node, around);
      break;
    case "ArrayExpression":
    case "ObjectExpression":
      made(work, node, around);
      break;
    case "ObjectProperty":
      if (node.computed) go(node.key);
      // `{ rate }` has its one name twice.
      if (node.shorthand && node.value.type !== "AssignmentPattern") {
        if (isGlobal(scopes.variableOf, node.value, "Math")) close(work, node, `: ${$}.mathAt(${work.placeOf(node)})`);
        return;
      }
      return go(node.value);
    case "SequenceExpression":
      for (const [i, child] of node.expressions.entries())
        expression(work, child, around, isStatement || i < node.expressions.length - 1);
      return;
    case "ParenthesizedExpression":
      return expression(work, node.expression, around, isStatement);
    case "ClassExpression":
    case "ClassDeclaration":
      return classBody(work, node, around);
    case "MetaProperty":
      return;
    default:
  }
  for (const child of childrenOf(node)) go(child);
}

// Whether it reads an entry by a key that only the run of the program tells, which a latent may name.
function isEntry({ references }: Work, node: Of<"MemberExpression">): boolean {
  const { computed, object, property } = node;
  if (!computed || references.has(node)) return false;
  return object.type !== "Super" && property.type !== "PrivateName" && !isKnownKey(property);
}

// `object.name` or `object[key]` as it stands.
function reference(work: Work, node: Of<"MemberExpression" | "OptionalMemberExpression">, around: Around): undefined {
  const { property } = node;
  if (!isConstantOfMath(work, node)) expression(work, node.object, around);
  if (!node.computed) return;
  if (!isKnownKey(property)) {
    open(work, property, `${work.runtime}.key(`);
    close(work, property, `, ${work.placeOf(property)})`);
  }
  return expression(work, property, around);
}

// `isPure, place` of a decision in an expression.
function tail(work: Work, node: Node, arms: readonly Node[]): string {
  return `${arms.every((arm) => isPure(work.scopes, arm))}, ${work.placeOf(node)}`;
}

function isKnownKey({ type }: Node): boolean {
  return type === "NumericLiteral" || type === "StringLiteral" || type === "TemplateLiteral" || type === "PrivateName";
}

type Of<T extends Node["type"]> = Extract<Node, { type: T }>;

function binary(work: Work, node: Of<"BinaryExpression">, around: Around): undefined {
  const { left, right, operator } = node;
  const { runtime: $ } = work;
  const name = ARITHMETIC[operator] ?? COMPARISONS[operator];
  if (name && left.type !== "PrivateName") {
    open(work, node, `${$}.${name}(`);
    between(work, left.end!, right.start!, ", ");
    close(work, node, `, ${work.placeOf(node)})`);
  } else if (PLAIN.has(operator)) {
    for (const side of [left, right]) {
      if (/Literal$/.test(side.type)) continue;
      open(work, side, `${$}.known(`);
      close(work, side, `, "operator", ${work.placeOf(node)}, "an operand of \`${operator}\`")`);
    }
  }
  expression(work, left, around);
  expression(work, right, around);
}

function unary(work: Work, node: Of<"UnaryExpression">, around: Around): undefined {
  const { operator, argument } = node;
  const { runtime: $ } = work;
  const name = { "-": "neg", "+": "plus", "!": "not" }[operator as string];
  if (name && !(operator !== "!" && /^(Numeric|BigInt)Literal$/.test(argument.type))) {
    between(work, node.start!, argument.start!, `${$}.${name}(`);
    close(work, node, ")");
  } else if (
    operator === "typeof" &&
    !(bare(argument).type === "Identifier" && !work.scopes.variableOf.has(bare(argument)))
  ) {
    open(work, argument, ` ${$}.typed(`);
    close(work, argument, ")");
  } else if (operator === "~") {
    open(work, argument, `${$}.known(`);
    close(work, argument, `, "operator", ${work.placeOf(node)}, "the operand of \`~\`")`);
  } else if (operator === "delete") {
    const target = bare(argument);
    if (target.type === "MemberExpression") guarded(work, target.object, "`delete`", node);
    work.references.add(target);
  }
  expression(work, argument, around);
}

// A member that can be written to by its name: no private one, none of `super`.
function member(target: Node): Of<"MemberExpression"> | undefined {
  return target.type === "MemberExpression" && target.object.type !== "Super" && target.property.type !== "PrivateName"
    ? target
    : undefined;
}

// `object.key` or `object[key]` becomes `object, "key"` or `object, key`.
function asArguments(
  work: Work,
  { object, property, computed }: Of<"MemberExpression">,
  around: Around,
  end: number,
): undefined {
  if (computed) {
    between(work, object.end!, property.start!, ", ");
    between(work, property.end!, end, "");
  } else {
    const name = property.type === "Identifier" ? property.name : "";
    between(work, object.end!, end, `, ${JSON.stringify(name)}`);
  }
  expression(work, object, around);
  if (computed) expression(work, property, around);
}

function assignment(work: Work, node: Of<"AssignmentExpression">, around: Around): undefined {
  const { left, right, operator } = node;
  const { runtime: $, scopes } = work;
  const target = bare(left);
  const owner = member(target);
  const operation = operator.slice(0, -1);
  const named = ARITHMETIC[operation];
  const go = (): undefined => expression(work, right, around);
  const place = work.placeOf(node);
  if (operator === "=") {
    if (owner) {
      open(work, node, `${$}.write(`);
      asArguments(work, owner, around, right.start!);
      work.edits.appendLeft(right.start!, ", ");
      close(work, node, `, ${place})`);
    } else if (/Pattern$/.test(target.type)) {
      if (writesMembers(target)) {
        open(work, right, `(${$}.nowhere("an assignment to several members", ${place}), `);
        close(work, right, ")");
      }
      pattern(work, target, around);
    } else if (isPrivate(target)) return privateAssignment(work, node, target, around);
    return go();
  }
  if (target.type === "Identifier" && left === target) {
    if (named) {
      between(work, left.end!, right.start!, ` = ${$}.${named}(${target.name}, `);
      close(work, node, `, ${place})`);
    } else if ((operation === "&&" || operation === "||") && !(around.isAsync && waits(right))) {
      between(
        work,
        left.end!,
        right.start!,
        ` = ${$}.${operation === "&&" ? "conjoin" : "disjoin"}(${target.name}, () => (`,
      );
      close(work, node, `), ${tail(work, node, [right])}, false${stateOf(scopes, node, [right])})`);
    } else if (PLAIN.has(operation)) {
      between(
        work,
        left.end!,
        right.start!,
        ` = ${$}.known(${target.name}, "operator", ${place}, "an operand of \`${operation}\`") ${operation} (`,
      );
      close(work, node, ")");
    }
    return go();
  }
  if (owner && !(around.isAsync && waits(right)) && (named || /^(&&|\|\||\?\?)$/.test(operation))) {
    open(work, node, `${$}.${named ? "change" : "assignIf"}(`);
    asArguments(work, owner, around, right.start!);
    work.edits.appendLeft(right.start!, named ? `, ($v) => ${$}.${named}($v, ` : `, "${operation}", () => (`);
    close(work, node, named ? `, ${place}), ${place})` : `), ${place})`);
    return go();
  }
  if (isPrivate(target)) return privateAssignment(work, node, target, around);
  if (owner) expression(work, owner, around);
  go();
}

function isPrivate(target: Node): target is Of<"MemberExpression"> {
  return target.type === "MemberExpression" && target.property.type === "PrivateName";
}

// `this.#total += x` becomes `this.#total = $nd.add(this.#total, x)`. Nobody can put a private member back, so in arms it is refused.
function privateAssignment(
  work: Work,
  node: Of<"AssignmentExpression">,
  target: Of<"MemberExpression">,
  around: Around,
): undefined {
  const { left, right, operator } = node;
  const { runtime: $, code } = work;
  const place = work.placeOf(node);
  const named = ARITHMETIC[operator.slice(0, -1)];
  const isSimple = /^(ThisExpression|Identifier)$/.test(target.object.type);
  if (named && isSimple) {
    between(work, left.end!, right.start!, ` = ${$}.${named}(${code.slice(target.start!, target.end!)}, `);
    close(work, right, `, ${place})`);
  } else if (operator !== "=") {
    open(work, right, `${$}.known(`);
    close(work, right, `, "operator", ${place}, "what \`${operator}\` is given")`);
  }
  expression(work, right, around);
  guarded(work, target.object, "an assignment to a private member", node);
  return expression(work, target.object, around);
}

/** Whether a pattern assigns to members: `[list[0], list[1]] = …`. */
function writesMembers(node: Node): boolean {
  if (node.type === "MemberExpression") return true;
  if (node.type === "AssignmentPattern") return writesMembers(node.left);
  if (node.type === "ObjectProperty") return writesMembers(node.value);
  return /Pattern$|^RestElement$/.test(node.type) && childrenOf(node).some(writesMembers);
}

/** The default values and computed keys of a pattern. */
export function pattern(work: Work, node: Node | null | undefined, around: Around): undefined {
  if (!node || node.type === "Identifier") return;
  switch (node.type) {
    case "AssignmentPattern":
      pattern(work, node.left, around);
      return expression(work, node.right, around);
    case "ObjectProperty":
      if (node.computed) expression(work, node.key, around);
      return pattern(work, node.value, around);
    case "ObjectPattern":
    case "ArrayPattern":
    case "RestElement":
    case "TSParameterProperty":
      for (const child of childrenOf(node)) if (!isType(child)) pattern(work, child, around);
      return;
    default:
      work.references.add(node);
      return expression(work, node, around);
  }
}

function update(work: Work, node: Of<"UpdateExpression">, around: Around, isStatement: boolean): undefined {
  const { argument, prefix, operator } = node;
  const { runtime: $ } = work;
  const by = operator === "++" ? "1" : "-1";
  if (argument.type === "Identifier") {
    const { name } = argument;
    const after = `${name} = ${$}.increment(${name}, ${by})`;
    between(work, node.start!, node.end!, prefix || isStatement ? `(${after})` : `${$}.before(${name}, ${after})`);
    return;
  }
  const owner = member(argument);
  if (!owner) {
    if (!isPrivate(argument)) return expression(work, argument, around);
    // On a latent JavaScript's own ++ fails; in an arm it is refused.
    guarded(work, argument.object, "an assignment to a private member", node);
    return expression(work, argument.object, around);
  }
  if (prefix) between(work, node.start!, owner.start!, `${$}.count(`);
  else open(work, node, `${$}.count(`);
  asArguments(work, owner, around, node.end!);
  close(work, node, `, ${by}, ${prefix || isStatement}, ${work.placeOf(node)})`);
}

function classBody(work: Work, node: Of<"ClassExpression" | "ClassDeclaration">, around: Around): undefined {
  expression(work, node.superClass, around);
  for (const one of node.body.body) {
    if (isFunction(one)) work.body(one, around);
    else if ("value" in one) expression(work, one.value as Node | null, { ...around, isArm: true });
  }
}
