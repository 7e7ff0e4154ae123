/**
 * Functions of pairs of doubles written as lines of arithmetic, so that they read like the functions they have to match,
 * and compiled to WebAssembly SIMD in one pass.
 */
import { Code, type Constants, type FunctionSpec, SIMD, V128 } from "./encoder.ts";

/**
 * The function that lines `name = expression` compute; the last line is the result.
 *
 * Expressions: numbers (the same in both lanes), names, + − * / and calls: of a SIMD instruction, of one of the
 * `functions` (name: index), or `high32(n)`, `low32(n)`: 64-bit integers with that word and 0; `shl(x, n)`, `shr(x, n)`,
 * `sar(x, n)`, `sar32(x, n)`: shifts by a constant; `fround(x)`: x rounded to 24 bits; `polynomial(w, c0, c1, …)`: (… + c1)·w
 * + c0; `within(p, y, z)`: the expression y if p holds in both lanes, else z; `lanes(f, x, …)`: f of the locals x, …, a function of
 * numbers, for each lane.
 * TypeError for a name that is not known.
 */
export function formula(
  parameters: readonly string[],
  text: string,
  functions: Readonly<Record<string, number>>,
  constants: Constants,
): FunctionSpec {
  const code = new Code();
  const locals = new Map(parameters.map((name, index) => [name, index]));
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const [, name, expression = line] = /^\s*(\w+) = (.*)$/.exec(line) ?? [];
    new Line(code, locals, functions, constants, expression).sum();
    if (name === undefined) continue;
    if (!locals.has(name)) locals.set(name, locals.size);
    code.set(locals.get(name)!);
  }
  return {
    parameters: parameters.map(() => V128),
    results: [V128],
    locals: [[locals.size - parameters.length, V128]],
    code,
  };
}

const SHIFTS = { shl: "i64_shl", shr: "i64_shr_u", sar: "i64_shr_s", sar32: "i32_shr_s" } as const;

// An expression, read from left to right; operands are on the stack when their operation is met.
class Line {
  readonly #code: Code;
  readonly #locals: ReadonlyMap<string, number>;
  readonly #functions: Readonly<Record<string, number>>;
  readonly #constants: Constants;
  readonly #tokens: string[];

  constructor(
    code: Code,
    locals: ReadonlyMap<string, number>,
    functions: Readonly<Record<string, number>>,
    constants: Constants,
    text: string,
  ) {
    this.#code = code;
    this.#locals = locals;
    this.#functions = functions;
    this.#constants = constants;
    this.#tokens = (text.match(/\d[\w.]*(?:(?<=e)[-+]\d+)?|\w+|[-+*/(),]/g) ?? []).reverse();
  }

  sum(): void {
    this.#product();
    for (let sign = this.#sign("+-"); sign !== ""; sign = this.#sign("+-")) {
      this.#product();
      this.#code.simd(sign === "+" ? "add" : "sub");
    }
  }

  #product(): void {
    this.#factor();
    for (let sign = this.#sign("*/"); sign !== ""; sign = this.#sign("*/")) {
      this.#factor();
      this.#code.simd(sign === "*" ? "mul" : "div");
    }
  }

  #factor(): void {
    const token = this.#next();
    if (token === "(") {
      this.sum();
      this.#next();
    } else if (/^([\d-]|Infinity|NaN)/.test(token)) {
      this.#double(token === "-" ? -this.#number() : Number(token));
    } else if (this.#sign("(") !== "") this.#call(token);
    else this.#name(token);
  }

  #call(name: string): void {
    const code = this.#code;
    if (name === "high32" || name === "low32") {
      const value = this.#number();
      this.#constant(name === "high32" ? value : 0, name === "low32" ? value : 0);
      this.#next();
    } else if (name in SHIFTS) {
      this.sum();
      this.#next();
      code.i32(this.#number()).simd(SHIFTS[name as keyof typeof SHIFTS]);
      this.#next();
    } else if (name === "polynomial") this.#polynomial();
    else if (name === "within") this.#within();
    else if (name === "lanes") this.#lanes();
    else {
      do this.sum();
      while (this.#next() === ",");
      if (name === "fround") code.simd("demote").simd("promote");
      else if (name in this.#functions) code.call(this.#functions[name]!);
      else if (name in SIMD) code.simd(name as keyof typeof SIMD);
      else throw new TypeError(`formula: unknown function; got ${name}`);
    }
  }

  #polynomial(): void {
    const w = this.#next();
    const coefficients: number[] = [];
    while (this.#next() === ",") coefficients.push(this.#number());
    this.#double(coefficients.pop()!);
    for (const coefficient of coefficients.reverse()) {
      this.#name(w);
      this.#code.simd("mul");
      this.#double(coefficient);
      this.#code.simd("add");
    }
  }

  #within(): void {
    const code = this.#code;
    this.sum();
    this.#next();
    code.simd("i64_bitmask").i32(3).op(0x46).op(0x04, V128); // if both
    this.sum();
    this.#next();
    code.op(0x05); // else
    this.sum();
    this.#next();
    code.op(0x0b);
  }

  #lanes(): void {
    const code = this.#code;
    const scalar = this.#functions[this.#next()]!;
    const operands: string[] = [];
    while (this.#next() === ",") operands.push(this.#next());
    for (const lane of [0, 1]) {
      for (const operand of operands) {
        this.#name(operand);
        code.simd("extract", lane);
      }
      code.call(scalar);
      if (lane === 0) code.simd("splat");
      else code.simd("replace", 1);
    }
  }

  #double(value: number): void {
    const [low, high] = new Int32Array(Float64Array.of(value).buffer) as unknown as [number, number];
    this.#constant(high, low);
  }

  // Engines make 0 without a constant.
  #constant(high: number, low: number): void {
    if (high === 0 && low === 0) this.#code.f64x2(0);
    else this.#code.op(0x23, this.#constants.indexOf(high, low)); // global.get
  }

  #name(name: string): void {
    const local = this.#locals.get(name);
    if (local === undefined) throw new TypeError(`formula: unknown name; got ${name}`);
    this.#code.get(local);
  }

  #number(): number {
    const token = this.#next();
    return token === "-" ? -this.#number() : Number(token);
  }

  #next(): string {
    return this.#tokens.pop() ?? "";
  }

  // The next token, if it is one of these.
  #sign(signs: string): string {
    const token = this.#tokens[this.#tokens.length - 1];
    return token !== undefined && signs.includes(token) ? this.#next() : "";
  }
}
