/**
 * The back end that is expected to be the fastest, by what the runtime permits and by how much there is to do: a fit of 2000 steps of 16
 * samples is compiled, one of 100 steps is not.
 */

import { requireNoMore } from "../../checks/arguments.ts";
import { requireOptions } from "../../checks/options.ts";
import type { Backend, Executable, TapeProgram } from "../tape/executable.ts";
import { FAST_INTERPRETER } from "./interpreter/fast-interpreter.ts";
import { type WasmKernelsOptions, wasmKernels } from "./wasm/kernels.ts";
import { DEFAULT_AFTER, type WasmOptions, wasm } from "./wasm/wasm.ts";
import { hasMemory, mayCompile } from "./wasm/webassembly.ts";

export interface AutoOptions extends WasmOptions, WasmKernelsOptions {}

/**
 * Compiles a tape to WebAssembly if its expected number of samples pays for that (`after`, default 5000): at once where `fit`
 * or `estimateGradient` say how many there will be, else when so many have been run. Until then, and where the runtime
 * does not permit compilation, it runs the fixed kernels of `module` if that is given, else the interpreter; the interpreter also where there
 * is no memory for WebAssembly. The results
 * are the same bits whichever it takes.
 *
 *     fit(model, { backend: auto() });
 */
export function auto(options: AutoOptions = {}): Backend {
  requireNoMore("auto", 1, arguments);
  requireOptions<AutoOptions>("auto", options, { block: "any", after: "any", module: "object" });
  const { after = DEFAULT_AFTER, module, block } = options;
  const uncompiled = module && hasMemory() ? wasmKernels({ module }) : FAST_INTERPRETER;
  const compiled = (now: boolean): Backend => wasm({ ...(block !== undefined && { block }), after: now ? 0 : after });
  // The tape is made before one of the two is chosen, and must do for both: these are powers of two, so that the larger one does.
  const laneMultiple = Math.max(...[uncompiled, compiled(true)].map((backend) => backend.laneMultiple ?? 1));
  return {
    name: "auto",
    laneMultiple,
    load(program: TapeProgram): Executable {
      const { expectedSamples } = program;
      if (!mayCompile() || !hasMemory() || (expectedSamples !== undefined && expectedSamples < after))
        return uncompiled.load(program);
      return compiled(expectedSamples !== undefined).load(program);
    },
  };
}
