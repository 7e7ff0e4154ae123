/** All kinds of programs are listed here by name. */
import { COINCIDENT } from "./coincident.ts";
import { EDGES } from "./edges.ts";
import { FORMS } from "./forms.ts";
import type { Kind } from "./kind.ts";
import { PRIORS } from "./priors.ts";
import { STRUCTURES, WHOLES } from "./structures.ts";

export const KINDS: readonly Kind[] = [...FORMS, ...EDGES, ...COINCIDENT, ...STRUCTURES, ...PRIORS, ...WHOLES];
