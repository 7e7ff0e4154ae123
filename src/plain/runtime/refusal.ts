/**
 * A plain program that does what it cannot is refused, with the place in the user's own file:
 *
 *     model.js:7:21: `data[k]` has an index that depends on a latent; got a traced number, expected a plain one; pick(data, k) selects by a latent
 */

/** Thrown for what plain programs cannot do. A `catch` of the program lets it pass. */
export class Refusal extends TypeError {
  override readonly name: string = "TypeError";
}

export function refuse(place: string, message: string): never {
  throw new Refusal(`${place}: ${message}`);
}

/** Errors that already name a place. */
const LOCATED = new WeakSet<Error>();

/** The error, with the place in front of its message unless it names one. */
export function located(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || error instanceof Refusal || LOCATED.has(error)) return error;
  LOCATED.add(error);
  // The message of an error that the engine made may be read-only; then the error stays as it is.
  const { message, stack } = error;
  try {
    error.message = `${place}: ${message}`;
    if (stack?.includes(message)) error.stack = stack.replace(message, error.message);
  } catch {}
  return error;
}
