/** Reading the command line's options; errors name the option and what was expected. */
import { parseArgs } from "node:util";

/** A mistake of the user's: printed without a stack. */
export class UsageError extends Error {}

interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly help: string;
  readonly value?: string;
  /** Whether it may be given again; its values are then lines of one text. */
  readonly multiple?: boolean;
}
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Parsed options and positionals; UsageError for an unknown option. */
export function parse(
  args: readonly string[],
  specs: OptionSpecs,
): { values: Record<string, string | boolean | undefined>; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short, multiple = false }]) => [
      name,
      { type, multiple, ...(short !== undefined && { short }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const single = Object.entries(values).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join("\n") : value,
    ]);
    return { values: Object.fromEntries(single) as Record<string, string | boolean | undefined>, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The one positional argument of a command, if it was given; UsageError for more. */
export function only(command: string, positionals: readonly string[]): string | undefined {
  if (positionals.length > 1)
    throw new UsageError(`${command}: too many arguments; got "${positionals.join(" ")}", expected one model`);
  return positionals[0];
}

/** An integer ≥ least. */
export function integer(option: string, text: string | boolean | undefined, fallback: number, least = 1): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least || text === "")
    throw new UsageError(`--${option}: got "${text}", expected an integer ≥ ${least}`);
  return value;
}

/** A finite number above zero. */
export function positiveNumber(option: string, text: string | boolean | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new UsageError(`--${option}: got "${text}", expected a number > 0`);
  return value;
}

/** Integers ≥ 1 separated by commas. */
export function integers(
  option: string,
  text: string | boolean | undefined,
  fallback: readonly number[],
): readonly number[] {
  if (text === undefined) return fallback;
  return String(text)
    .split(",")
    .map((part) => integer(option, part.trim(), 0));
}

/** The help of a command's options. */
export function optionHelp(specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, { short, value, help }]) => [
    `  ${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`,
    help,
  ]);
  const width = Math.max(...rows.map(([left]) => left!.length));
  return rows.map(([left, right]) => `${left!.padEnd(width)}  ${right}`).join("\n");
}
