/**
 * Which functions of a file are plain programs: those given to `defineModel` of `nondiff/plain`, and those after a comment with the mark:
 *
 *     const rate = /* @nondiff *\/ (day) => (day > change ? late : early);
 */
import { Fault } from "./fault.ts";
import type { Scopes, Variable } from "./scopes.ts";
import { bare, childrenOf, type FunctionNode, isFunction, type Node, type Tree, walk } from "./tree.ts";

export const ENTRY = "nondiff/plain";
export const MARK = "@nondiff";

export interface Programs {
  /** The functions whose code is rewritten, outermost ones only. */
  readonly functions: ReadonlySet<FunctionNode>;
  /** What is given to `defineModel` as the program. */
  readonly given: readonly Node[];
}

/** The programs of a file; throws `Fault` for a mark before something that is no function. */
export function programsOf({ file, comments, code }: Tree, { variableOf }: Scopes): Programs {
  const functions = new Set<FunctionNode>();
  const given: Node[] = [];
  const addValue = (node: Node | null | undefined, seen = new Set<Variable>()): boolean => {
    const value = node && bare(node);
    if (!value) return false;
    if (isFunction(value)) {
      functions.add(value);
      return true;
    }
    const variable = variableOf.get(value);
    if (!variable || seen.has(variable)) return false;
    return addValue(variable.value, seen.add(variable));
  };
  walk(file.program, (node) => {
    if (node.type !== "CallExpression" || !isDefineModel(node.callee, variableOf)) return;
    const program = node.arguments[1];
    if (!program) return;
    given.push(program);
    addValue(program);
  });
  for (const comment of comments) {
    if (!new RegExp(`^[\\s*]*${MARK}\\b`).test(comment.value)) continue;
    const marked = nodeAfter(file.program, comment.end!, code);
    if (!marked || !functionsOf(marked).some((node) => addValue(node)))
      throw new Fault(
        comment,
        `${MARK} marks no function`,
        "got it before something else",
        "expected a function right after it",
      );
  }
  return { functions, given };
}

function isDefineModel(callee: Node, variableOf: Scopes["variableOf"]): boolean {
  const isFrom = (node: Node): boolean => variableOf.get(node)?.source === ENTRY;
  if (callee.type === "Identifier") return isFrom(callee) && importedName(callee, variableOf) === "defineModel";
  return (
    callee.type === "MemberExpression" &&
    !callee.computed &&
    isFrom(callee.object) &&
    callee.property.type === "Identifier" &&
    callee.property.name === "defineModel"
  );
}

function importedName(node: Node, variableOf: Scopes["variableOf"]): string | undefined {
  return variableOf.get(node)?.imported;
}

// The outermost node that begins where the comment ends, but for space and other comments.
function nodeAfter(root: Node, from: number, code: string): Node | undefined {
  const space = /^(\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\()*/.exec(code.slice(from))![0].length;
  const isNext = (node: Node): boolean => node.start! >= from && node.start! <= from + space;
  const search = (node: Node): Node | undefined => {
    if (node !== root && isNext(node)) return node;
    for (const child of childrenOf(node)) {
      const found = child.end! > from ? search(child) : undefined;
      if (found) return found;
    }
    return undefined;
  };
  return search(root);
}

// What a mark before a declaration or a member means.
function functionsOf(node: Node): Node[] {
  switch (node.type) {
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      return node.declaration ? functionsOf(node.declaration) : [];
    case "VariableDeclaration":
      return node.declarations.flatMap(({ init }) => (init ? [init] : []));
    case "ObjectProperty":
      return [node.value];
    case "ClassProperty":
      return node.value ? [node.value] : [];
    default:
      return [node];
  }
}
