/**
 * An envelope stands around all that is saved and says what it is, of which version and model, and a checksum by which a file that was cut off or
 * changed is found out.
 *
 *     { "nondiff": "posterior", "version": 1, "model": "gmm", "fingerprint": "…", "content": { … }, "checksum": "…" }
 */
import { describe } from "../../autodiff/expr.ts";
import type { Trace } from "../../program/trace.ts";
import { canonical, decoded, encoded, type Json } from "./encoding.ts";
import { fingerprintOf, modelFingerprint } from "./fingerprint.ts";

/** Of the form of what is saved; another one is refused. */
const VERSION = 1;

/** Something saved, as JSON can hold it. */
export interface Saved {
  readonly nondiff: string;
  readonly version: number;
  readonly model: string;
  readonly fingerprint: string;
  readonly content: Json;
  readonly checksum: string;
}

/** Wraps content up. */
export function sealed(kind: string, trace: Trace, content: unknown): Saved {
  return sealedOf(kind, trace.model.name, modelFingerprint(trace), content);
}

/** Wraps content up that belongs to a model whose fingerprint is known. */
export function sealedOf(kind: string, model: string, fingerprint: string, content: unknown): Saved {
  const open = { nondiff: kind, version: VERSION, model, fingerprint, content: encoded(content) };
  return { ...open, checksum: fingerprintOf(canonical(open)) };
}

/**
 * What was saved, from an object or its text: TypeError for what is nothing saved, RangeError for another kind, version or model name and for what is
 * damaged, each by name.
 */
export function opened(
  caller: string,
  kind: string,
  model: string,
  given: unknown,
): { saved: Saved; content: unknown } {
  const saved = (typeof given === "string" ? parsed(caller, given) : given) as Saved;
  if (typeof saved !== "object" || saved === null || typeof saved.nondiff !== "string")
    throw new TypeError(
      `${caller}: nothing that was saved; got ${describe(given)}, expected what toJSON() or \`state\` gave, or its text`,
    );
  if (saved.nondiff !== kind)
    throw new RangeError(`${caller}: saved is something else; got a "${saved.nondiff}", expected a "${kind}"`);
  if (saved.version !== VERSION)
    throw new RangeError(
      `${caller}: saved by another version of the form; got version ${describe(saved.version)}, expected ${VERSION}`,
    );
  const { checksum, ...open } = saved;
  const found = fingerprintOf(canonical(open as unknown as Json));
  if (found !== checksum)
    throw new RangeError(
      `${caller}: saved is damaged or cut off; got checksum ${describe(checksum)}, expected ${found} by what it holds`,
    );
  if (saved.model !== model)
    throw new RangeError(`${caller}: saved is of another model; got "${saved.model}", expected "${model}"`);
  return { saved, content: decoded(saved.content) };
}

/** Throws unless the model is the one that was saved, operation by operation and datum by datum. */
export function requireSameModel(caller: string, saved: Saved, trace: Trace): void {
  requireFingerprint(caller, saved, modelFingerprint(trace));
}

/** Throws unless the fingerprint is the one that was saved. */
export function requireFingerprint(caller: string, { fingerprint, model }: Saved, own: string): void {
  if (own !== fingerprint)
    throw new RangeError(
      `${caller}: model "${model}" has changed since, its program or its data; got fingerprint ${own}, expected ${fingerprint} as saved`,
    );
}

function parsed(caller: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError(
      `${caller}: saved is damaged or cut off; got text of ${text.length} characters that is no JSON (${(cause as Error).message}), expected all that was written`,
    );
  }
}
