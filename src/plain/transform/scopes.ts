/** Which variable each name of a file stands for, and where variables are read and assigned. */
import { childrenOf, isFunction, isLoop, type LoopNode, type Node } from "./tree.ts";

export interface Scope {
  readonly node: Node;
  readonly parent: Scope | undefined;
  /** The function, or the file, whose run makes the variables. */
  readonly owner: Node;
  readonly variables: Map<string, Variable>;
}

export interface Variable {
  readonly name: string;
  readonly kind: "var" | "let" | "const" | "function" | "param" | "import";
  readonly scope: Scope;
  /** Where its declaration begins. */
  readonly at: number;
  /** What a `const f = …` or a function declaration says that it is. */
  readonly value: Node | undefined;
  /** Of an import: the module, and the name that it has there. */
  readonly source: string | undefined;
  readonly imported: string | undefined;
  readonly uses: Use[];
}

export interface Use {
  readonly at: number;
  readonly owner: Node;
  readonly reads: boolean;
  readonly writes: boolean;
}

export interface Scopes {
  /** The variable that an identifier stands for; undefined for a global one. */
  readonly variableOf: ReadonlyMap<Node, Variable>;
  readonly variables: readonly Variable[];
  /** The loops around each position are among these. */
  readonly loops: readonly LoopNode[];
}

/** Types and other nodes without values. */
export function isType({ type }: Node): boolean {
  return (
    type.startsWith("TS") &&
    !/^TS(As|Satisfies|NonNull|Instantiation)Expression$|^TSTypeAssertion$|^TSParameterProperty$|^TSEnum|^TSModule|^TSExportAssignment$/.test(
      type,
    )
  );
}

export function scopesOf(root: Node): Scopes {
  const variables: Variable[] = [];
  const loops: LoopNode[] = [];
  const pending: { node: Node; name: string; scope: Scope; reads: boolean; writes: boolean }[] = [];

  const inner = (node: Node, parent: Scope | undefined, owner = parent?.owner ?? node): Scope => ({
    node,
    parent,
    owner,
    variables: new Map(),
  });
  const declare = (
    scope: Scope,
    name: string,
    kind: Variable["kind"],
    at: number,
    value?: Node,
    from?: { source: string; imported: string | undefined },
  ): undefined => {
    let home = scope;
    while (kind === "var" && home.parent && home.parent.owner === home.owner) home = home.parent;
    const known = home.variables.get(name);
    if (known) return;
    const variable: Variable = {
      name,
      kind,
      scope: home,
      at,
      value,
      uses: [],
      source: from?.source,
      imported: from?.imported,
    };
    home.variables.set(name, variable);
    variables.push(variable);
  };
  const use = (node: Node, name: string, scope: Scope, reads: boolean, writes: boolean): undefined => {
    pending.push({ node, name, scope, reads, writes });
  };

  // The names of a pattern, each handed to `name`; default values and computed keys are expressions.
  const pattern = (
    node: Node | null | undefined,
    scope: Scope,
    name: (node: Node & { name: string }) => undefined,
  ): undefined => {
    if (!node) return;
    switch (node.type) {
      case "Identifier":
        return name(node);
      case "ObjectPattern":
        for (const property of node.properties) {
          if (property.type === "RestElement") pattern(property.argument, scope, name);
          else {
            if (property.computed) visit(property.key, scope);
            pattern(property.value, scope, name);
          }
        }
        return;
      case "ArrayPattern":
        for (const element of node.elements) pattern(element, scope, name);
        return;
      case "AssignmentPattern":
        pattern(node.left, scope, name);
        return visit(node.right, scope);
      case "RestElement":
        return pattern(node.argument, scope, name);
      case "TSParameterProperty":
        return pattern(node.parameter, scope, name);
      case "ParenthesizedExpression":
      case "TSAsExpression":
      case "TSNonNullExpression":
        return pattern(node.expression, scope, name);
      default:
        return visit(node, scope);
    }
  };

  const visitFunction = (node: Node, outer: Scope): undefined => {
    if (!isFunction(node)) return;
    if ("key" in node && node.computed) visit(node.key, outer);
    const scope = inner(node, outer, node);
    if (node.type === "FunctionExpression" && node.id) declare(scope, node.id.name, "function", node.id.start!, node);
    for (const parameter of node.params)
      pattern(parameter, scope, ({ name, start }) => declare(scope, name, "param", start!));
    if (node.body.type === "BlockStatement") for (const statement of node.body.body) visit(statement, scope);
    else visit(node.body, scope);
  };

  const visitAll = (nodes: readonly (Node | null | undefined)[], scope: Scope): undefined => {
    for (const node of nodes) visit(node, scope);
  };

  const visit = (node: Node | null | undefined, scope: Scope): undefined => {
    if (!node || isType(node)) return;
    if (isLoop(node)) loops.push(node);
    if (isFunction(node)) {
      if (node.type === "FunctionDeclaration" && node.id) declare(scope, node.id.name, "function", node.start!, node);
      return visitFunction(node, scope);
    }
    switch (node.type) {
      case "Identifier":
        return use(node, node.name, scope, true, false);
      case "MemberExpression":
      case "OptionalMemberExpression":
        visit(node.object, scope);
        if (node.computed) visit(node.property, scope);
        return;
      case "ObjectProperty":
        if (node.computed) visit(node.key, scope);
        return visit(node.value, scope);
      case "ClassDeclaration":
      case "ClassExpression": {
        if (node.type === "ClassDeclaration" && node.id) declare(scope, node.id.name, "let", node.start!, node);
        const own = inner(node, scope);
        if (node.type === "ClassExpression" && node.id) declare(own, node.id.name, "const", node.start!, node);
        visitAll([node.superClass, ...(node.decorators ?? [])], own);
        for (const member of node.body.body) {
          if ("key" in member && "computed" in member && member.computed) visit(member.key as Node, own);
          if ("value" in member) visit(member.value as Node | null, inner(member, own, member));
          else if (isFunction(member)) visitFunction(member, own);
          else if (member.type === "StaticBlock") visitAll(member.body, inner(member, own, member));
        }
        return;
      }
      case "VariableDeclaration":
        if (node.declare) return;
        for (const { id, init } of node.declarations) {
          const kind = node.kind === "var" ? "var" : node.kind === "let" ? "let" : "const";
          pattern(id, scope, (name): undefined => {
            declare(scope, name.name, kind, name.start!, (id.type === "Identifier" && init) || undefined);
            if (kind === "var") use(name, name.name, scope, false, true);
          });
          visit(init, scope);
        }
        return;
      case "AssignmentExpression": {
        const reads = node.operator !== "=";
        pattern(node.left, scope, (name) => use(name, name.name, scope, reads, true));
        return visit(node.right, scope);
      }
      case "UpdateExpression":
        return pattern(node.argument, scope, (name) => use(name, name.name, scope, true, true));
      case "ForInStatement":
      case "ForOfStatement": {
        const own = inner(node, scope);
        if (node.left.type === "VariableDeclaration") visit(node.left, own);
        else pattern(node.left, own, (name) => use(name, name.name, own, false, true));
        return visitAll([node.right, node.body], own);
      }
      case "BlockStatement":
      case "ForStatement":
      case "SwitchStatement":
      case "CatchClause": {
        const own = inner(node, scope);
        if (node.type === "CatchClause")
          pattern(node.param, own, ({ name, start }) => declare(own, name, "let", start!));
        return visitAll(
          childrenOf(node).filter((child) => node.type !== "CatchClause" || child !== node.param),
          own,
        );
      }
      case "LabeledStatement":
        return visit(node.body, scope);
      case "BreakStatement":
      case "ContinueStatement":
      case "MetaProperty":
        return;
      case "ImportDeclaration":
        for (const specifier of node.specifiers) {
          const { local } = specifier;
          const imported =
            specifier.type !== "ImportSpecifier"
              ? undefined
              : specifier.imported.type === "Identifier"
                ? specifier.imported.name
                : specifier.imported.value;
          declare(scope, local.name, "import", local.start!, undefined, { source: node.source.value, imported });
        }
        return;
      case "ExportNamedDeclaration":
        if (node.exportKind === "type") return;
        if (!node.source) for (const one of node.specifiers) if ("local" in one) visit(one.local, scope);
        return visit(node.declaration, scope);
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
        return;
      default:
        return visitAll(childrenOf(node), scope);
    }
  };

  visit(root, inner(root, undefined));
  const variableOf = new Map<Node, Variable>();
  for (const { node, name, scope, reads, writes } of pending) {
    let home: Scope | undefined = scope;
    while (home && !home.variables.has(name)) home = home.parent;
    const variable = home?.variables.get(name);
    if (!variable) continue;
    variableOf.set(node, variable);
    variable.uses.push({ at: node.start!, owner: scope.owner, reads, writes });
  }
  return { variableOf, variables, loops };
}
