/** A program and its data in the fragment of a link, compressed, so that no server has to keep them: `#p=eJx…`. */

export interface Shared {
  readonly program: string;
  readonly csv: string;
}

export async function fragmentOf(shared: Shared): Promise<string> {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(shared)), new CompressionStream("deflate-raw"));
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `#p=${btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** What a fragment holds; undefined if it holds no program, or is damaged. */
export async function sharedOf(fragment: string): Promise<Shared | undefined> {
  const found = /^#p=([\w-]+)$/.exec(fragment);
  if (!found) return undefined;
  try {
    const text = atob(found[1]!.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    const json = new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
    const { program, csv } = JSON.parse(json) as Partial<Shared>;
    return typeof program === "string" && typeof csv === "string" ? { program, csv } : undefined;
  } catch {
    return undefined;
  }
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: GenericTransformStream): Promise<Uint8Array> {
  const piped = new Blob([bytes])
    .stream()
    .pipeThrough(stream as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}
