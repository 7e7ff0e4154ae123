/** `nondiff models`: a table of the models that come with nondiff, with what each of them shows. */
import type { KnownModel } from "../models/index.ts";
import type { Model } from "../program/model.ts";
import { trace } from "../program/trace.ts";
import { CONDITIONS, loadModel, MODELS, problems } from "./load-model.ts";
import { print } from "./output.ts";
import { table } from "./terminal.ts";

/** `nondiff models`: the models that come with nondiff, and the problems of the gallery. */
export async function models(json: boolean): Promise<void> {
  const [large, small] = [[...MODELS.values()].map(entryOf), [...CONDITIONS.values()].map(entryOf)];
  const gallery: Entry[] = [];
  for (const { name, asks } of problems()) gallery.push({ ...entryOf(await loadModel(name)), description: asks });
  const described = "Real problems, as programs with operators and ifs:";
  const title = "For each kind of condition, small models whose ELBO and gradient are known:";
  await print(
    json
      ? JSON.stringify([...large, ...gallery.map((entry) => ({ ...entry, kind: "gallery" })), ...small])
      : [listed(large), described, listed(gallery), title, listed(small)].join("\n\n"),
    json,
  );
}

interface Entry {
  readonly name: string;
  readonly latents: number;
  readonly terms: number;
  readonly description: string;
  /** Of the condition, for models with a known answer; "gallery" for a problem of the gallery. */
  readonly kind?: string;
}

function entryOf(model: Model | KnownModel): Entry {
  const { latents, terms } = trace(model);
  const { name, description = "" } = model;
  const entry = { name, latents: latents.length, terms: terms.length, description };
  return "kind" in model ? { ...entry, kind: model.kind } : entry;
}

function listed(entries: readonly Entry[]): string {
  const rows = entries.map(({ name, latents, terms }) => [name, String(latents), String(terms)]);
  const [headers, line, ...rest] = table(["model", "latents", "terms"], rows).split("\n");
  const described = rest.map((row, i) => {
    const { kind, description } = entries[i]!;
    return `${row}  ${kind === undefined ? "" : `${kind}: `}${description}`;
  });
  return [headers, line, ...described].join("\n");
}
