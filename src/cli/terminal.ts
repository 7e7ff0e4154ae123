/** Text for terminals: tables, sparklines, progress. */

/** The text with its control characters written out, `\x1b` for an escape: names come from users, and a terminal obeys escapes. */
export function printable(text: string): string {
  return text.replaceAll(/(?![\t\n])\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

const BARS = "▁▂▃▄▅▆▇█";

/** Values as a row of bars, averaged down to at most `width` of them; the lowest tenth is cut so that a bad start does not flatten the rest. */
export function sparkline(values: ArrayLike<number>, width = 60): string {
  const n = Math.min(width, values.length);
  const means = Array.from({ length: n }, (_, column) => {
    const [from, to] = [Math.floor((column * values.length) / n), Math.floor(((column + 1) * values.length) / n)];
    let total = 0;
    for (let i = from; i < to; i++) total += values[i]!;
    return total / (to - from);
  });
  const sorted = [...means].sort((p, q) => p - q);
  const [low, high] = [sorted[Math.floor(n / 10)]!, sorted[n - 1]!];
  return means
    .map((value) => BARS[high > low ? Math.max(0, Math.min(7, Math.floor(((value - low) / (high - low)) * 8))) : 3])
    .join("");
}

/** Rows under headers, numbers to the right. */
export function table(headers: readonly string[], texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map(printable));
  const widths = headers.map((header, j) => Math.max(header.length, ...rows.map((row) => row[j]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, j) => (j === 0 ? cell.padEnd(widths[j]!) : cell.padStart(widths[j]!)))
      .join("  ")
      .trimEnd();
  return [line(headers), widths.map((width) => "─".repeat(width)).join("──"), ...rows.map(line)].join("\n");
}

export interface Progress {
  /** Redraws, at most ten times a second; `fraction` in 0 … 1. */
  readonly update: (fraction: number, text: string) => void;
  readonly done: () => void;
}

/** A progress bar on a terminal, nothing elsewhere. */
export function progressBar(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { update: () => undefined, done: () => undefined };
  let last = 0;
  return {
    update(fraction, text) {
      const now = performance.now();
      if (now - last < 100) return;
      last = now;
      const filled = Math.round(30 * fraction);
      stream.write(
        `\r\x1b[K${"█".repeat(filled)}${"░".repeat(30 - filled)} ${(100 * fraction).toFixed(0).padStart(3)} %  ${text}`,
      );
    },
    done: () => void stream.write("\r\x1b[K"),
  };
}

/** A number to four digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  return magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}
