/**
 * Files that commands write. Where they go is looked at before anything is computed, so that a long run is not lost for a folder that
 * is missing; and they are written under another name and renamed, so that a file under its final name is whole.
 */
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, parse, resolve } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { UsageError } from "./arguments.ts";

/** Throws UsageError unless a file can be written at the path that an option names. */
export async function requireFile(option: string, path: string): Promise<void> {
  if (path === "") throw new UsageError(`--${option}: got an empty name, expected a file to write`);
  if ((await kindOf(path)) === "folder")
    throw new UsageError(`--${option}: got "${path}", which is a folder, expected a file to write`);
  await requireWritable(option, path, dirname(resolve(path)));
}

/** Makes the folder that an option names, with those it lies in; UsageError if there is none that can be written to. */
export async function requireFolder(option: string, path: string): Promise<void> {
  if (path === "") throw new UsageError(`--${option}: got an empty name, expected a folder to write to`);
  try {
    await makeFolder(resolve(path));
  } catch (error) {
    throw unwritable(option, path, error);
  }
  await requireWritable(option, path, resolve(path));
}

/** Writes a text file at once or not at all. Until it is whole it has the name of `draft`, by default one that no file has. */
export async function writeWhole(path: string, text: string, draft?: string): Promise<void> {
  const target = resolve(path);
  // Pipes and devices are written as they are: a file renamed to their name would take their place.
  if ((await kindOf(target)) === "other") return writeRead(target, text);
  const whole = draft === undefined ? join(dirname(target), draftName()) : resolve(draft);
  try {
    await writeFile(whole, text, { flag: draft === undefined ? "wx" : "w" });
    await rename(whole, target);
  } catch (error) {
    await rm(whole, { force: true }).catch(() => undefined); // the first error says why
    throw error;
  }
}

/** Milliseconds that the reader of a pipe has to come: `nondiff run … --draws pipe & cat pipe` starts both at once. */
const READER_COMES = 2000;

// Opening a pipe that nobody reads waits for a reader, for ever, and no signal ends the wait. Opened so that it does not wait, it fails with ENXIO instead.
async function writeRead(target: string, text: string): Promise<void> {
  let opened: FileHandle | undefined;
  for (let waited = 0; !opened; waited += 100) {
    try {
      opened = await open(target, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
      if (waited >= READER_COMES)
        throw new Error(`"${target}" is a pipe that nobody reads; got no reader in ${READER_COMES / 1000} s`, {
          cause: error,
        });
      await passed(100);
    }
  }
  try {
    await writeFile(target, text);
  } finally {
    await opened.close();
  }
}

/**
 * Several places that results go to. One that cannot be written to, as a disk is full, keeps nothing from the others; what failed is told
 * at the end.
 */
export class Places {
  readonly #failed: Error[] = [];

  /** Writes to the place that an option names, or to standard output. */
  async attempt(option: string | undefined, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const { cause } = error as Error;
      if (![error, cause].some((each) => each instanceof Error && "syscall" in each)) throw error;
      const { message } = error as Error;
      this.#failed.push(new Error(option === undefined ? message : `--${option}: ${message}`, { cause: error }));
    }
  }

  /** Throws what failed. */
  requireAll(): void {
    const [first] = this.#failed;
    if (first) throw new Error(this.#failed.map(({ message }) => message).join("\n"), { cause: first.cause });
  }
}

const draftName = (): string => `.nondiff-${randomUUID()}`;

async function kindOf(path: string): Promise<"none" | "file" | "folder" | "other"> {
  try {
    const found = await stat(path);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  } catch {
    return "none";
  }
}

async function requireWritable(option: string, path: string, folder: string): Promise<void> {
  if ((await kindOf(path)) === "other") return;
  const draft = join(folder, draftName());
  try {
    await writeFile(draft, "", { flag: "wx" });
    await rm(draft);
  } catch (error) {
    throw unwritable(option, path, error);
  }
}

function unwritable(option: string, path: string, error: unknown): UsageError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UsageError(
    `--${option}: cannot write to "${path}"; got ${reason}, expected a place that can be written to`,
  );
}

/** Makes a folder with those it lies in, level by level: below /proc a recursive mkdir of Node.js never returns. */
export async function makeFolder(path: string): Promise<void> {
  const kind = await kindOf(path);
  if (kind === "folder") return;
  if (kind !== "none") throw new Error(`${path} is no folder`);
  if (path !== parse(path).root) await makeFolder(dirname(path));
  await mkdir(path);
}
