// PyTorch, through pytorch.py.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./pytorch.py", import.meta.url));

/** What runs a job of pytorch.py; undefined where no python3 has PyTorch. The system's Python counts where another hides it. */
export function findTorch() {
  for (const python of ["python3", "/usr/bin/python3"])
    try {
      const version = execFileSync(python, ["-c", "import torch; print(torch.__version__)"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
      const run = (job) =>
        JSON.parse(
          execFileSync(python, [script], { encoding: "utf8", input: JSON.stringify(job), maxBuffer: 2 ** 28 }),
        );
      return { name: `PyTorch ${version}`, run };
    } catch {
      // No such Python, or none with PyTorch: the next.
    }
  return undefined;
}
