/**
 * The interpreter's kernels for step functions: the search for the place of a number among thresholds, and the look-up of the value
 * at a place. They read any number of uniform operands, which the generated kernels cannot.
 */

import type { Kernel, Kernels } from "../../ops/kernels.generated.ts";
import { SEARCHES } from "../../tape/instruction-table.ts";

const lookUp: Kernel = (s, _m, n, k, t) => {
  const o = k[t]!;
  const a = k[t + 1]!;
  const values = t + 2;
  let i = 0;
  // Four at a time, as in a search: one alone takes 10 to 13 ns, by where the engine happens to place so short a loop.
  for (; i < n - 3; i += 4) {
    const x = s[k[(values + s[(a + i) | 0]!) | 0]!]!;
    const y = s[k[(values + s[(a + i + 1) | 0]!) | 0]!]!;
    const z = s[k[(values + s[(a + i + 2) | 0]!) | 0]!]!;
    const w = s[k[(values + s[(a + i + 3) | 0]!) | 0]!]!;
    s[(o + i) | 0] = x;
    s[(o + i + 1) | 0] = y;
    s[(o + i + 2) | 0] = z;
    s[(o + i + 3) | 0] = w;
  }
  for (; i < n; i++) s[(o + i) | 0] = s[k[(values + s[(a + i) | 0]!) | 0]!]!;
};

/** Kernels of the look-up and of every search. */
export const STEP_KERNELS: Kernels = /* @__PURE__ */ stepKernels();

function stepKernels(): Kernels {
  const searches = [...SEARCHES].map(([bits, name]) => [name, [searchKernel(1 << (bits - 1))]]);
  return { lookUp: [lookUp], ...Object.fromEntries(searches) };
}

// A search that begins with a step over so many thresholds, a small integer, and halves the step until it is 0. Engines keep what `**` gives as a double,
// with which each halving takes half as long again.
function searchKernel(first: number): Kernel {
  return (s, _m, n, k, t) => {
    const o = k[t]!;
    const a = k[t + 1]!;
    const before = t + 1;
    let i = 0;
    // Four searches at a time, each of which would have to wait for its own loads; without branches, which would be
    // mispredicted half of the time.
    for (; i < n - 3; i += 4) {
      const x = s[(a + i) | 0]!;
      const y = s[(a + i + 1) | 0]!;
      const z = s[(a + i + 2) | 0]!;
      const w = s[(a + i + 3) | 0]!;
      let p = 0;
      let q = 0;
      let u = 0;
      let v = 0;
      for (let half = first; half > 0; half >>= 1) {
        p = (p + (half & -(x > s[k[(before + p + half) | 0]!]!))) | 0;
        q = (q + (half & -(y > s[k[(before + q + half) | 0]!]!))) | 0;
        u = (u + (half & -(z > s[k[(before + u + half) | 0]!]!))) | 0;
        v = (v + (half & -(w > s[k[(before + v + half) | 0]!]!))) | 0;
      }
      s[(o + i) | 0] = Number.isNaN(x) ? 0 : p + 1;
      s[(o + i + 1) | 0] = Number.isNaN(y) ? 0 : q + 1;
      s[(o + i + 2) | 0] = Number.isNaN(z) ? 0 : u + 1;
      s[(o + i + 3) | 0] = Number.isNaN(w) ? 0 : v + 1;
    }
    for (; i < n; i++) {
      const x = s[(a + i) | 0]!;
      let p = 0;
      for (let half = first; half > 0; half >>= 1) p = (p + (half & -(x > s[k[(before + p + half) | 0]!]!))) | 0;
      s[(o + i) | 0] = Number.isNaN(x) ? 0 : p + 1;
    }
  };
}
