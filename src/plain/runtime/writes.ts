/**
 * An arm of a decision on a latent may write to members. Such an array or object is one for both arms, so each arm notes what was there before its
 * first write; at its end that is put back, and after both arms each member is selected:
 *
 *     const means = [0, 0];
 *     if (z > 0) means[0] = 5;      means[0] is then where(gt(z, 0), 5, 0)
 */
import { describe, Expr, gt, type Truth } from "../../autodiff/expr.ts";
import { pick } from "../../program/pick.ts";
import { type Arm, currentArm, currentFrame, requireInRound, type Written } from "./frame.ts";
import { increment } from "./operators.ts";
import { refuse } from "./refusal.ts";
import { isTraced, type Made, numberOf, select, selectedAt } from "./values.ts";

type Members = Record<PropertyKey, unknown>;
type Writes = Map<object, Map<PropertyKey, Written>>;

/** The key of `object[key]`, which must not depend on a latent. */
export function key(value: unknown, place: string): PropertyKey {
  if (!isTraced(value)) return value as PropertyKey;
  return refuse(
    place,
    `an index depends on a latent; got ${describe(value)}, expected a plain one; to try: pick(values, k) of nondiff, which selects by a latent`,
  );
}

/** Latents that are no whole numbers. */
const CONTINUOUS = /* @__PURE__ */ new WeakSet<object>();

/** The latent, which is no index if its prior is continuous. */
export function noteLatent<T>(latent: T, prior: unknown): T {
  const { discrete } = (prior as { support?: { discrete?: boolean } } | undefined)?.support ?? {};
  if (latent instanceof Expr && discrete !== true) CONTINUOUS.add(latent);
  return latent;
}

/** `object[key]`. A latent names an entry of an array as `pick` has it: of numbers, or of rows, objects and truth values. */
export function entry(object: unknown, at: unknown, place: string): unknown {
  if (!(at instanceof Expr && isList(object))) return (object as Members)[key(at, place)];
  if (object.length === 0 || CONTINUOUS.has(at)) return key(at, place);
  pick(object.map((_, i) => i) as number[], at); // states that `at` is an index
  const between = (entries: readonly unknown[], first: number): unknown => {
    if (entries.length === 1) return entries[0];
    const half = entries.length >> 1;
    const above = between(entries.slice(half), first + half);
    const below = between(entries.slice(0, half), first);
    return Object.is(above, below) ? above : select(gt(at, first + half - 0.5), above, below, "[…]", place);
  };
  return between([...object], 0);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** `object[key] = value` */
export function write(object: unknown, at: unknown, value: unknown, place: string): unknown {
  const name = key(at, place);
  const arm = currentArm();
  requireUnselected(object, `an assignment to \`${String(name)}\``, place);
  requireInRound(currentFrame(), `an assignment to \`${String(name)}\``, place);
  if (arm && typeof object === "object" && object !== null && !arm.fresh.has(object))
    note(arm, object, propertyKey(name), place);
  if (isTraced(value) && ArrayBuffer.isView(object))
    refuse(place, `a typed array holds plain numbers; got ${describe(value)}, expected an array such as [0, 0]`);
  (object as Members)[name] = value;
  return value;
}

/** `object[key] += …`: `change` makes the new value of the old one. */
export function change(object: unknown, at: unknown, change: (value: unknown) => unknown, place: string): unknown {
  const name = propertyKey(key(at, place));
  return write(object, name, change((object as Members)[name]), place);
}

/** `object[key]++`, or `++object[key]` if `isPrefix`. */
export function count(object: unknown, at: unknown, by: 1 | -1, isPrefix: boolean, place: string): unknown {
  const name = propertyKey(key(at, place));
  const old = (object as Members)[name];
  const after = write(object, name, increment(old, by), place);
  if (isPrefix) return after;
  if (isTraced(old)) return numberOf(old);
  return typeof old === "bigint" ? old : Number(old);
}

/** `object[key] &&= …`, `||=` and `??=`: writes only if `test` says so of what is there. */
export function assignIf(
  object: unknown,
  at: unknown,
  operator: "&&" | "||" | "??",
  value: () => unknown,
  place: string,
): unknown {
  const name = propertyKey(key(at, place));
  const old = (object as Members)[name];
  if (operator !== "??" && isTraced(old))
    return refuse(
      place,
      `\`${operator}=\` on a member that depends on a latent; got ${describe(old)}, expected a plain one; to try: an \`if\` with an assignment`,
    );
  const writes = operator === "&&" ? old : operator === "||" ? !old : (old ?? undefined) === undefined;
  return writes ? write(object, name, value(), place) : old;
}

/** An array or object that is made here: writes to it are nobody else's. */
export function fresh<T>(value: T): T {
  const arm = currentArm();
  if (!arm || typeof value !== "object" || value === null) return value;
  arm.fresh.add(value);
  // What a constructor wrote to `this`.
  arm.writes.delete(value);
  return value;
}

/** The value, in code that changes objects in ways that cannot be selected: `list.push(x)`, `delete o.x`, `[a[0], a[1]] = …`. */
export function outside<T>(value: T, what: string, place: string): T {
  const arm = currentArm();
  requireUnselected(value, what, place);
  requireInRound(currentFrame(), what, place);
  if (
    !arm ||
    value === undefined ||
    value === null ||
    (typeof value === "object" && value !== null && arm.fresh.has(value))
  )
    return value;
  if (isTraced(value) || typeof value === "function") return value;
  return refuse(
    place,
    `${what} in an arm of a decision on a latent changes what both arms have; got ${describe(value)} from outside of the arm, expected an array or object that the arm makes, or an assignment such as list[i] = x`,
  );
}

function requireUnselected(object: unknown, what: string, place: string): void {
  const where = selectedAt(object);
  if (where !== undefined)
    refuse(
      place,
      `${what} changes an array or object that a decision on a latent selects; got one of those at ${where}, expected it to stay as it is; to try: the assignment in each arm of an \`if\`: if (z > 0) left.sum += x; else right.sum += x`,
    );
}

// The setter of an object may do anything.
function hasSetter(object: object, name: PropertyKey): boolean {
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found) return found.set !== undefined;
  }
  return false;
}

function note({ writes }: Arm, object: object, name: PropertyKey, place: string): void {
  if (hasSetter(object, name))
    refuse(
      place,
      `\`${String(name)}\` is set by a setter in an arm of a decision on a latent; got a setter, which may change what both arms have, expected a member without one`,
    );
  let own = writes.get(object);
  if (!own) {
    own = new Map();
    writes.set(object, own);
  }
  if (!own.has(name)) own.set(name, { existed: name in object, value: (object as Members)[name] });
}

/** Puts back what was there before an arm; returns what the arm wrote. */
export function restore({ writes }: Arm): Writes {
  const after: Writes = new Map();
  for (const [object, own] of writes) {
    const values = new Map<PropertyKey, Written>();
    for (const [name, { existed, value }] of own) {
      values.set(name, { existed, value: (object as Members)[name] });
      if (existed) (object as Members)[name] = value;
      else if (!Array.isArray(object)) delete (object as Members)[name];
    }
    after.set(object, values);
    // An array is as long as it was before its first new entry.
    const added = [...own].filter(([, { existed }]) => !existed).map(([name]) => Number(name));
    if (Array.isArray(object) && added.length > 0)
      object.length = Math.min(object.length, ...added.filter((i) => i >= 0));
  }
  return after;
}

/** Writes the selection of what the two arms wrote. */
export function written(condition: Truth, taken: Writes, other: Writes, place: string, made: Made): void {
  for (const object of new Set([...taken.keys(), ...other.keys()])) {
    const [x, y] = [taken.get(object), other.get(object)];
    for (const name of new Set([...(x?.keys() ?? []), ...(y?.keys() ?? [])])) {
      const before = (object as Members)[name];
      const label = Array.isArray(object) ? `[${String(name)}]` : `.${String(name)}`;
      if (![x, y].every((own) => own?.has(name)) && !(name in object))
        refuse(
          place,
          `\`${label}\` is made in one arm only of a decision on a latent; got none in the other arm, expected it in both, or a value before the decision`,
        );
      const [p, q] = [x, y].map((own) => (own?.has(name) ? own.get(name)!.value : before));
      write(object, name, select(condition, p, q, label, place, made), place);
    }
  }
}

function propertyKey(name: PropertyKey): PropertyKey {
  return typeof name === "symbol" ? name : String(name);
}

/** Refuses to be in an arm: of `[list[0], list[1]] = …` nobody notes what was there. */
export function nowhere(what: string, place: string): void {
  if (currentArm())
    refuse(
      place,
      `${what} in an arm of a decision on a latent; got a pattern, expected an assignment for each of them`,
    );
}
