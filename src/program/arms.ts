/**
 * Both arms of a branch may have latents. A name that both arms declare is one latent, whose prior is that of the arm that is taken:
 *
 *     branch(gt(z, 0), () => sample("x", normal(0, 1)), () => sample("x", cauchy(0, 1)))
 *
 * has the terms where(z > 0, log normal(x), 0) and where(z > 0, 0, log cauchy(x)), and x is live wherever the branch is.
 */

import type { Truth } from "../autodiff/expr.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { BranchResult } from "./model.ts";
import type { CoreContext, Scope } from "./run.ts";

/** A declaration of a name, and what to tell where the latent is live in the end. */
interface Declaration {
  readonly name: string;
  readonly live: NodeId;
  readonly lives: (live: NodeId) => void;
}

/** Keeps which names were declared in which arms. */
export class Arms {
  readonly #scope: Scope;
  /** Declarations of the arm that is being run. */
  #declared: Declaration[] = [];
  /** Of names that the other arm of a branch has declared: what to tell. */
  readonly #elsewhere = new Map<string, Declaration["lives"]>();
  #depth = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** Is an arm being run? What is declared outside of all arms no other arm can have. */
  get inArm(): boolean {
    return this.#depth > 0;
  }

  /** Was the name declared in the other arm of this branch, or of one around it, and not in this one? */
  isElsewhere(name: string): boolean {
    return this.#elsewhere.has(name) && !this.#scope.names.has(name);
  }

  /** Notes a declaration under a new name. */
  note(name: string, lives: Declaration["lives"]): void {
    this.#declared.push({ name, live: this.#scope.path, lives });
  }

  /** Notes that a name of another arm is declared in this one too. */
  again(name: string): void {
    this.#scope.names.add(name);
    this.note(name, this.#elsewhere.get(name)!);
  }

  /** The `branch` of a program. */
  branch<T extends BranchResult>(
    { branch }: CoreContext,
    condition: Truth,
    then: () => T,
    otherwise: () => T = () => undefined as T,
  ): T {
    if (typeof then !== "function" || typeof otherwise !== "function") return branch(condition, then, otherwise);
    const scope = this.#scope;
    const { names, session } = scope;
    const [before, outer] = [this.#declared, scope.path];
    const arms: { readonly path: NodeId; readonly declared: readonly Declaration[] }[] = [];
    const run = (arm: () => T) => (): T => {
      this.#declared = [];
      this.#depth++;
      const result = arm();
      this.#depth--;
      for (const { name, lives } of this.#declared) {
        names.delete(name);
        this.#elsewhere.set(name, lives);
      }
      arms.push({ path: scope.path, declared: this.#declared });
      return result;
    };
    const result = branch(condition, run(then), run(otherwise));
    this.#declared = before;
    const found = new Map<string, Declaration>();
    for (const { path: arm, declared } of arms)
      for (const declaration of declared) {
        const { name, live, lives } = declaration;
        names.add(name);
        const first = found.get(name);
        if (!first) found.set(name, declaration);
        else {
          const everywhere = live === arm && first.live === arms[0]!.path;
          const merged = everywhere ? outer : session.graph.algebra.or(first.live, live);
          found.set(name, { name, live: merged, lives });
          lives(merged);
        }
      }
    before.push(...found.values());
    return result;
  }
}
