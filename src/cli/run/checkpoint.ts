/**
 * `--checkpoint FILE`: the state of a fit, written every few seconds and at its end, also where Ctrl-C ends it, under another name that is then changed: whenever the
 * process is killed, FILE is whole and at most one interval old. `--resume` goes on from it.
 */
import { readFile } from "node:fs/promises";
import type { FitOptions } from "../../index.ts";
import type { Saved } from "../../inference/saved/envelope.ts";
import { positiveNumber, UsageError } from "../arguments.ts";
import { requireFile, writeWhole } from "../files.ts";
import type { Settings, Values } from "./settings.ts";

const EVERY = 5; // seconds

/** Where states go. */
export interface Checkpoint {
  /** Writes a state if it is time, or if it is the last one. */
  readonly keep: (state: () => Saved, isLast?: boolean) => Promise<void>;
  /** Throws where the last state could not be written, as on a full disk: the fit has gone on without. */
  readonly requireKept: () => Promise<void>;
}

/** The checkpoint that the options ask for; UsageError where it cannot be written. */
export async function checkpointOf(
  values: Values,
  now: () => number,
  tell: (text: string) => void,
): Promise<Checkpoint | undefined> {
  const { checkpoint: file } = values;
  const every = 1000 * positiveNumber("checkpoint-every", values["checkpoint-every"], EVERY);
  if (file === undefined) {
    const alone = ["resume", "checkpoint-every"].find((name) => values[name] !== undefined);
    if (alone !== undefined) throw new UsageError(`--${alone}: got no --checkpoint beside it, expected the file`);
    return undefined;
  }
  const path = String(file);
  await requireFile("checkpoint", path);
  let last = now();
  let failed: unknown;
  return {
    async keep(state, isLast = false) {
      if (!isLast && now() - last < every) return;
      const text = JSON.stringify(state());
      try {
        await writeWhole(path, text, `${path}.part`);
        failed = undefined;
      } catch (error) {
        // What is fitted is worth more than its checkpoint: the fit goes on, and the next one may find room.
        if (failed === undefined) tell(`warning: --checkpoint: ${(error as Error).message}; the fit goes on`);
        failed = error;
      }
      last = now();
    },
    async requireKept() {
      if (failed !== undefined) throw failed;
    },
  };
}

/** The options of a run that goes on from the checkpoint, if there is one. */
export async function resumedOptions(values: Values, { options, loop }: Settings): Promise<FitOptions> {
  if (values["resume"] !== true) return options;
  const path = String(values["checkpoint"]);
  let resume: string;
  try {
    resume = await readFile(path, "utf8");
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return options;
    throw new UsageError(`--resume: cannot read "${path}"; got ${(error as Error).message}, expected a checkpoint`);
  }
  if (!loop) return { ...options, resume };
  const done = stepsOf(resume);
  if (done >= loop.steps)
    throw new UsageError(`--resume: "${path}" has ${done} steps already; got --steps ${loop.steps}, expected more`);
  return { ...options, resume, steps: loop.steps - done };
}

// Of the state of a loop; what is none is refused by the fit.
function stepsOf(text: string): number {
  try {
    const { content } = JSON.parse(text) as { content?: { loop?: { step?: number } } };
    return content?.loop?.step ?? 0;
  } catch {
    return 0;
  }
}
