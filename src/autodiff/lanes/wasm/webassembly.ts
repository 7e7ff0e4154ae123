/** The back ends declare what they use of the platform's WebAssembly, as the library is checked without the types of any platform. */

declare const WebAssembly: {
  Memory: new (options: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Exports };
};

export interface Exports {
  readonly [name: string]: unknown;
}

const PAGE = 65536;

/** How many pages of memory hold so many bytes. */
export function pagesOf(bytes: number): number {
  return Math.ceil(bytes / PAGE);
}

export function makeMemory(pages: number): { readonly buffer: ArrayBuffer } {
  return new WebAssembly.Memory({ initial: pages });
}

/** The compiled module; throws where the runtime does not permit compilation. */
export function compileModule(bytes: Uint8Array): object {
  return new WebAssembly.Module(bytes);
}

export function instantiate(module: object, imports: object): Exports {
  return new WebAssembly.Instance(module, imports).exports;
}

let permitted: boolean | undefined;

/** Whether the runtime compiles WebAssembly: found by compiling the empty module, once. */
export function mayCompile(): boolean {
  if (permitted !== undefined) return permitted;
  try {
    permitted = typeof WebAssembly !== "undefined" && !!compileModule(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    permitted = false; // a content security policy, or an edge runtime
  }
  return permitted;
}

let memory: boolean | undefined;

/** Whether there is memory for WebAssembly, which reserves gigabytes of addresses for the smallest one: a limit on them leaves none. */
export function hasMemory(): boolean {
  if (memory !== undefined) return memory;
  try {
    memory = typeof WebAssembly !== "undefined" && !!makeMemory(1);
  } catch {
    memory = false;
  }
  return memory;
}
