export function pageOf(nondiff: object, compile: unknown): string;
export function namesOf(nondiff: object): string[];
