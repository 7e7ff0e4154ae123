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
  const walk = new Walk();
  walk.visit(root, scopeIn(root, undefined));
  return walk.resolved();
}

function scopeIn(node: Node, parent: Scope | undefined, owner = parent?.owner ?? node): Scope {
  return { node, parent, owner, variables: new Map() };
}

/** What is to be done with a name of a pattern. */
type OfName = (node: Node & { readonly name: string }) => void;

/** Goes through a file once, declares what it declares and notes which names it uses where, which are resolved at the end. */
class Walk {
  readonly #variables: Variable[] = [];
  readonly #loops: LoopNode[] = [];
  readonly #pending: { node: Node; name: string; scope: Scope; reads: boolean; writes: boolean }[] = [];

  visit(node: Node | null | undefined, scope: Scope): void {
    if (!node || isType(node)) return;
    if (isLoop(node)) this.#loops.push(node);
    if (isFunction(node)) {
      if (node.type === "FunctionDeclaration" && node.id)
        this.#declare(scope, { name: node.id.name, kind: "function", at: node.start!, value: node });
      this.#function(node, scope);
      return;
    }
    switch (node.type) {
      case "Identifier":
        this.#use(node, scope, true, false);
        return;
      case "MemberExpression":
      case "OptionalMemberExpression":
        this.visit(node.object, scope);
        if (node.computed) this.visit(node.property, scope);
        return;
      case "ObjectProperty":
        if (node.computed) this.visit(node.key, scope);
        this.visit(node.value, scope);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        this.#class(node, scope);
        return;
      case "VariableDeclaration":
        this.#declarations(node, scope);
        return;
      case "AssignmentExpression":
        this.#pattern(node.left, scope, (name) => this.#use(name, scope, node.operator !== "=", true));
        this.visit(node.right, scope);
        return;
      case "UpdateExpression":
        this.#pattern(node.argument, scope, (name) => this.#use(name, scope, true, true));
        return;
      case "ForInStatement":
      case "ForOfStatement": {
        const own = scopeIn(node, scope);
        if (node.left.type === "VariableDeclaration") this.visit(node.left, own);
        else this.#pattern(node.left, own, (name) => this.#use(name, own, false, true));
        this.#all([node.right, node.body], own);
        return;
      }
      case "BlockStatement":
      case "ForStatement":
      case "SwitchStatement":
        this.#all(childrenOf(node), scopeIn(node, scope));
        return;
      case "CatchClause": {
        const own = scopeIn(node, scope);
        this.#pattern(node.param, own, ({ name, start }) =>
          this.#declare(own, { name, kind: "let", at: start!, value: undefined }),
        );
        this.#all(
          childrenOf(node).filter((child) => child !== node.param),
          own,
        );
        return;
      }
      case "LabeledStatement":
        this.visit(node.body, scope);
        return;
      case "ImportDeclaration":
        this.#imports(node, scope);
        return;
      case "ExportNamedDeclaration":
        if (node.exportKind === "type") return;
        if (!node.source) for (const one of node.specifiers) if ("local" in one) this.visit(one.local, scope);
        this.visit(node.declaration, scope);
        return;
      case "BreakStatement":
      case "ContinueStatement":
      case "MetaProperty":
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
        return;
      default:
        this.#all(childrenOf(node), scope);
    }
  }

  /** What each name stands for, when all declarations are known. */
  resolved(): Scopes {
    const variableOf = new Map<Node, Variable>();
    for (const { node, name, scope, reads, writes } of this.#pending) {
      let home: Scope | undefined = scope;
      while (home && !home.variables.has(name)) home = home.parent;
      const variable = home?.variables.get(name);
      if (!variable) continue;
      variableOf.set(node, variable);
      variable.uses.push({ at: node.start!, owner: scope.owner, reads, writes });
    }
    return { variableOf, variables: this.#variables, loops: this.#loops };
  }

  #all(nodes: readonly (Node | null | undefined)[], scope: Scope): void {
    for (const node of nodes) this.visit(node, scope);
  }

  #declare(
    scope: Scope,
    declared: Pick<Variable, "name" | "kind" | "at" | "value"> & Partial<Pick<Variable, "source" | "imported">>,
  ): void {
    const { name, kind } = declared;
    let home = scope;
    while (kind === "var" && home.parent && home.parent.owner === home.owner) home = home.parent;
    if (home.variables.has(name)) return;
    const variable: Variable = { source: undefined, imported: undefined, ...declared, scope: home, uses: [] };
    home.variables.set(name, variable);
    this.#variables.push(variable);
  }

  #use(node: Node & { readonly name: string }, scope: Scope, reads: boolean, writes: boolean): void {
    this.#pending.push({ node, name: node.name, scope, reads, writes });
  }

  // The names of a pattern, each handed to `ofName`; default values and computed keys are expressions.
  #pattern(node: Node | null | undefined, scope: Scope, ofName: OfName): void {
    if (!node) return;
    switch (node.type) {
      case "Identifier":
        ofName(node);
        return;
      case "ObjectPattern":
        for (const property of node.properties) {
          if (property.type === "RestElement") this.#pattern(property.argument, scope, ofName);
          else {
            if (property.computed) this.visit(property.key, scope);
            this.#pattern(property.value, scope, ofName);
          }
        }
        return;
      case "ArrayPattern":
        for (const element of node.elements) this.#pattern(element, scope, ofName);
        return;
      case "AssignmentPattern":
        this.#pattern(node.left, scope, ofName);
        this.visit(node.right, scope);
        return;
      case "RestElement":
        this.#pattern(node.argument, scope, ofName);
        return;
      case "TSParameterProperty":
        this.#pattern(node.parameter, scope, ofName);
        return;
      case "ParenthesizedExpression":
      case "TSAsExpression":
      case "TSNonNullExpression":
        this.#pattern(node.expression, scope, ofName);
        return;
      default:
        this.visit(node, scope);
    }
  }

  #function(node: Node, outer: Scope): void {
    if (!isFunction(node)) return;
    if ("key" in node && node.computed) this.visit(node.key, outer);
    const scope = scopeIn(node, outer, node);
    if (node.type === "FunctionExpression" && node.id)
      this.#declare(scope, { name: node.id.name, kind: "function", at: node.id.start!, value: node });
    for (const parameter of node.params)
      this.#pattern(parameter, scope, ({ name, start }) =>
        this.#declare(scope, { name, kind: "param", at: start!, value: undefined }),
      );
    if (node.body.type === "BlockStatement") this.#all(node.body.body, scope);
    else this.visit(node.body, scope);
  }

  #class(node: Extract<Node, { type: "ClassDeclaration" | "ClassExpression" }>, scope: Scope): void {
    const own = scopeIn(node, scope);
    if (node.id) {
      const { name } = node.id;
      if (node.type === "ClassDeclaration")
        this.#declare(scope, { name, kind: "let", at: node.id.start!, value: node });
      else this.#declare(own, { name, kind: "const", at: node.id.start!, value: node });
    }
    this.#all([node.superClass, ...(node.decorators ?? [])], own);
    for (const member of node.body.body) {
      if ("key" in member && "computed" in member && member.computed) this.visit(member.key as Node, own);
      if ("value" in member) this.visit(member.value as Node | null, scopeIn(member, own, member));
      else if (isFunction(member)) this.#function(member, own);
      else if (member.type === "StaticBlock") this.#all(member.body, scopeIn(member, own, member));
    }
  }

  #declarations(node: Extract<Node, { type: "VariableDeclaration" }>, scope: Scope): void {
    if (node.declare) return;
    const kind = node.kind === "var" ? "var" : node.kind === "let" ? "let" : "const";
    for (const { id, init } of node.declarations) {
      const value = (id.type === "Identifier" && init) || undefined;
      this.#pattern(id, scope, (name) => {
        this.#declare(scope, { name: name.name, kind, at: name.start!, value });
        if (kind === "var") this.#use(name, scope, false, true);
      });
      this.visit(init, scope);
    }
  }

  #imports(node: Extract<Node, { type: "ImportDeclaration" }>, scope: Scope): void {
    for (const specifier of node.specifiers) {
      const { local } = specifier;
      const imported =
        specifier.type !== "ImportSpecifier"
          ? undefined
          : specifier.imported.type === "Identifier"
            ? specifier.imported.name
            : specifier.imported.value;
      const source = node.source.value;
      this.#declare(scope, { name: local.name, kind: "import", at: local.start!, value: undefined, source, imported });
    }
  }
}
