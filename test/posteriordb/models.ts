/** The posteriors of posteriordb that are restated here. Definitions are those of the database's entries. */
import { HIERARCHICAL } from "./hierarchical.ts";
import { MIXTURES } from "./paths.ts";
import { PROCESSES } from "./processes.ts";
import { REGRESSIONS } from "./regressions.ts";
import type { Row } from "./row.ts";
import { SERIES } from "./series.ts";

export const ROWS: readonly Row[] = [...REGRESSIONS, ...HIERARCHICAL, ...SERIES, ...MIXTURES, ...PROCESSES];
