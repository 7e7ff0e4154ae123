/** Folders and files of the package, with slashes, relative to its root. */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The files below a folder whose names end in one of `endings`, in order; installed packages are left out, and not even looked at. */
export async function filesIn(folder: string, ...endings: readonly string[]): Promise<string[]> {
  const below = async (path: string): Promise<string[]> => {
    const entries = await readdir(`${root}${path}`, { withFileTypes: true });
    const own = entries.filter(({ name }) => name !== "node_modules");
    const found = await Promise.all(
      own.map(async (entry) => {
        const at = `${path}/${entry.name}`;
        return entry.isDirectory() ? [at, ...(await below(at))] : [at];
      }),
    );
    return found.flat();
  };
  return (await below(folder)).filter((path) => endings.some((ending) => path.endsWith(ending))).sort();
}

export const textOf = (path: string): Promise<string> => readFile(`${root}${path}`, "utf8");

/** "test/roots/roots.test.ts" lies in "test/roots". */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
