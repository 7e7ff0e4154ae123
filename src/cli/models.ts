import { trace } from "../program/trace.ts";
import { MODELS } from "./load-model.ts";
import { table } from "./terminal.ts";

/** `nondiff models`: the models that come with nondiff. */
export function models(json: boolean): void {
  const entries = [...MODELS.values()].map((model) => {
    const { latents, terms } = trace(model);
    return { name: model.name, latents: latents.length, terms: terms.length, description: model.description ?? "" };
  });
  if (json) console.log(JSON.stringify(entries));
  else
    for (const line of table(
      ["model", "latents", "terms"],
      entries.map(({ name, latents, terms }) => [name, String(latents), String(terms)]),
    )
      .split("\n")
      .map((line, i) => (i < 2 ? line : `${line}  ${entries[i - 2]!.description}`)))
      console.log(line);
}
