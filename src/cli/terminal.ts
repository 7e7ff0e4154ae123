/** Commands print text for terminals: tables with columns that line up, sparklines such as ▁▃▇, a line of progress. */

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

/** Rows under headers, numbers to the right; the first column and those in `left` to the left. */
export function table(
  headers: readonly string[],
  texts: readonly (readonly string[])[],
  left: readonly number[] = [],
): string {
  const rows = texts.map((row) => row.map(printable));
  const widths = headers.map((header, j) => Math.max(header.length, ...rows.map((row) => row[j]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, j) => (j === 0 || left.includes(j) ? cell.padEnd(widths[j]!) : cell.padStart(widths[j]!)))
      .join("  ")
      .trimEnd();
  return [line(headers), widths.map((width) => "─".repeat(width)).join("──"), ...rows.map(line)].join("\n");
}

export interface Progress {
  /** Tells how far something is, at most ten times a second; `fraction` in 0 … 1, without it there is no bar. */
  readonly update: (fraction: number | undefined, text: string) => void;
  readonly done: () => void;
}

/** Where progress goes: standard error, of which `columns` is the width of the terminal. */
export type ProgressStream = Pick<NodeJS.WriteStream, "isTTY" | "columns"> & {
  readonly write: (text: string) => unknown;
};

const REDRAWN = 100;
/** Milliseconds between two lines where there is no terminal. */
const LINES_APART = 20_000;

/**
 * Progress on a terminal: one line that is drawn again and again, never longer than the terminal is wide, as what is longer would wrap and
 * stay. Elsewhere, as in a log, a line every twenty seconds.
 */
export function progressBar(stream: ProgressStream, now: () => number = () => performance.now()): Progress {
  let last = stream.isTTY ? -Infinity : now();
  if (!stream.isTTY)
    return {
      update(fraction, text) {
        if (now() - last < LINES_APART) return;
        last = now();
        stream.write(`nondiff: ${fraction === undefined ? "" : `${percent(fraction)}  `}${printable(text)}\n`);
      },
      done: () => undefined,
    };
  return {
    update(fraction, text) {
      if (now() - last < REDRAWN) return;
      last = now();
      const columns = stream.columns || 80;
      const width = columns < 60 ? 8 : 30;
      const filled = Math.round(width * (fraction ?? 0));
      const bar =
        fraction === undefined ? "" : `${"█".repeat(filled)}${"░".repeat(width - filled)} ${percent(fraction)}  `;
      // The last column stays free: some terminals wrap as soon as it is written.
      stream.write(
        `\r\x1b[K${Array.from(bar + printable(text))
          .slice(0, columns - 1)
          .join("")}`,
      );
    },
    done: () => void stream.write("\r\x1b[K"),
  };
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(0).padStart(3)} %`;
}

/** Words in lines of at most `width` characters, the first one indented as the text is, the others by `indent`. */
export function wrapped(text: string, width: number, indent = ""): string {
  const lines: string[] = [];
  let line = /^ */.exec(text)![0];
  let isEmpty = true;
  for (const word of text.trimStart().split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}

/** As `wrapped`, of a title and items none of which is broken. */
export function wrappedItems(title: string, items: readonly string[], width: number, indent = "  "): string {
  const solid = items.map((item) => item.replaceAll(" ", "\u00a0"));
  return wrapped(title + solid.join(", "), width, indent).replaceAll("\u00a0", " ");
}

/** Heights as a row of bars, a blank for none: the histogram of a normal is "▁▂▅██▅▂▁". */
export function bars(heights: readonly number[]): string {
  const most = Math.max(...heights);
  return heights.map((height) => (height > 0 ? BARS[Math.min(7, Math.floor((height / most) * 8))]! : " ")).join("");
}

/** A number to four digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  return magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}

/** A number to as many decimals as its standard error deserves, at most four: "-291.99 ± 0.01". */
export function withError(value: number, error: number): string {
  if (!Number.isFinite(value) || !(error >= 0)) return number(value);
  const decimals = error > 0 ? Math.max(0, Math.min(4, Math.ceil(1 - Math.log10(error)))) : 4;
  const [shown, spread] = [value, error].map((x) => x.toFixed(decimals).replace(/^-(?=[0.]*$)/, ""));
  return `${shown} ± ${spread}`;
}
