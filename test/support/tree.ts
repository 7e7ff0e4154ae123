/** Folders and files of the package, with slashes, relative to its root. */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The files below a folder whose names end in one of `endings`, in order; installed packages are left out. */
export async function filesIn(folder: string, ...endings: readonly string[]): Promise<string[]> {
  const found = await readdir(`${root}${folder}`, { recursive: true });
  return found
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .filter((path) => !path.includes("/node_modules/") && endings.some((ending) => path.endsWith(ending)))
    .sort();
}

export const textOf = (path: string): Promise<string> => readFile(`${root}${path}`, "utf8");

/** "test/roots/roots.test.ts" lies in "test/roots". */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));
