/**
 * Taking types out of a file: they become spaces, so that everything else stays where it is. What is more than a type, an enum or a namespace
 * or a parameter that is also a member, is refused, as Node.js does.
 */
import type { Work } from "./edits.ts";
import { Fault } from "./fault.ts";
import { isType } from "./scopes.ts";
import { childrenOf, type Node, type Tree } from "./tree.ts";

export function stripTypes({ file }: Tree, work: Work): void {
  const { code } = work;
  const blank = (start: number, end: number): undefined => {
    if (start >= end || work.overwritten.some((range) => range.start < end && range.end > start)) return;
    work.edits.update(start, end, code.slice(start, end).replaceAll(/[^\n]/g, " "));
    work.overwritten.push({ start, end });
  };
  // Words such as `private` from a position on, before the name of a member.
  const words = (start: number, end: number, names: RegExp): undefined => {
    for (const { index, 0: word } of code.slice(start, end).matchAll(names))
      blank(start + index, start + index + word.length);
  };
  const afterComma = (at: number): number => at + (/^\s*,/.exec(code.slice(at))?.[0].length ?? 0);
  const isUsed = new Set(work.scopes.variables.filter(({ uses }) => uses.length > 0).map(({ at }) => at));

  const visit = (node: Node): undefined => {
    if (isType(node) || ("declare" in node && node.declare === true)) return blank(node.start!, node.end!);
    switch (node.type) {
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
      case "TSParameterProperty":
      case "TSExportAssignment":
        throw new Fault(
          node,
          "this is more than a type",
          `got ${node.type.replace(/^TS/, "")}`,
          "expected types that can be left out; to try: a plain object, or fields of the class",
        );
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSNonNullExpression":
      case "TSInstantiationExpression":
        visit(node.expression);
        return blank(node.expression.end!, node.end!);
      case "TSTypeAssertion":
        visit(node.expression);
        return blank(node.start!, node.expression.start!);
      case "ImportDeclaration": {
        if (node.importKind === "type") return blank(node.start!, node.end!);
        const gone = node.specifiers.filter(
          (one) => (one.type === "ImportSpecifier" && one.importKind === "type") || !isUsed.has(one.local.start!),
        );
        if (gone.length > 0 && gone.length === node.specifiers.length) return blank(node.start!, node.end!);
        for (const one of gone) blank(one.start!, afterComma(one.end!));
        return;
      }
      case "ExportNamedDeclaration":
        if (node.exportKind === "type" || (node.declaration && isType(node.declaration)))
          return blank(node.start!, node.end!);
        for (const one of node.specifiers)
          if (one.type === "ExportSpecifier" && one.exportKind === "type") blank(one.start!, afterComma(one.end!));
        break;
      case "ExportDefaultDeclaration":
        if (isType(node.declaration)) return blank(node.start!, node.end!);
        break;
      case "ClassDeclaration":
      case "ClassExpression": {
        if (node.type === "ClassDeclaration" && node.abstract) words(node.start!, node.body.start!, /\babstract\b/g);
        const [first] = node.implements ?? [];
        if (first) blank(code.lastIndexOf("implements", first.start!), node.body.start!);
        break;
      }
      case "ClassProperty":
      case "ClassMethod":
      case "ClassPrivateProperty":
      case "ClassPrivateMethod": {
        if ("abstract" in node && node.abstract) return blank(node.start!, node.end!);
        words(node.start!, node.key.start!, /\b(public|private|protected|readonly|override)\b/g);
        const end = /^\]?\s*[?!](?=\s*[:;=(\n])/.exec(code.slice(node.key.end!));
        if (end) blank(node.key.end! + end[0].length - 1, node.key.end! + end[0].length);
        break;
      }
      case "Identifier": {
        // `x?: number`
        const end = node.start! + node.name.length;
        if (node.optional || node.typeAnnotation) blank(end, node.end!);
        return;
      }
      default:
    }
    if ("params" in node && Array.isArray(node.params)) {
      const [first] = node.params as Node[];
      if (first?.type === "Identifier" && first.name === "this") blank(first.start!, afterComma(first.end!));
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(file.program);
}
