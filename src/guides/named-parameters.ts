/**
 * Parameters as users may give them to a fit: by the names of latents, { mu: { z: 3 } }, what is not named starting where it would anyway; or
 * as JSON has made them of typed arrays, { mu: { "0": 3, "1": 0.5 } }.
 */
import type { Trace } from "../program/trace.ts";
import type { GuideParameters, GuideSpace } from "./guide.ts";

/** Numbers in the order of declaration, or by name. */
export type NamedNumbers = ArrayLike<number> | Readonly<Record<string, number>>;

/** Parameters of a guide, each as an array or by the names of latents; those that are not named are as without them. */
export type NamedParameters = { readonly [K in keyof GuideParameters]?: NamedNumbers };

/** The parameters as arrays; RangeError for names of no latent. Latents that were summed out may be named, and count for nothing. */
export function listedParameters(
  params: NamedParameters,
  { parts, initial }: GuideSpace,
  { model, original }: Trace,
): GuideParameters {
  const others = new Set([...(original?.latents ?? []), ...(original?.finite ?? [])].map(({ name }) => name));
  let isNamed = Object.keys(params).length === 0;
  const listed = Object.entries(params).map(([key, numbers]) => {
    if (typeof numbers !== "object" || numbers === null || Array.isArray(numbers) || ArrayBuffer.isView(numbers))
      return [key, numbers];
    const { names } = parts.find((part) => part.key === key) ?? {};
    // The guide refuses what it has not, as z of { z: { mean: 3 } }, and says what it has.
    if (!names) return [key, numbers];
    const given = Object.keys(numbers);
    const byName = numbers as Readonly<Record<string, number>>;
    if (given.every((name, i) => name === String(i) && !names.includes(name))) return [key, Object.values(byName)];
    const unknown = given.find((name) => !names.includes(name) && !others.has(name));
    if (unknown !== undefined)
      throw new RangeError(
        `fit: init names what is not in "${model.name}"; got ${key} of "${unknown}", expected one of ${names.slice(0, 12).join(", ")}`,
      );
    isNamed = true;
    const start = initial()[key as keyof GuideParameters];
    return [key, names.map((name, i) => byName[name] ?? start![i]!)];
  });
  return { ...(isNamed ? initial() : undefined), ...Object.fromEntries(listed) } as GuideParameters;
}
