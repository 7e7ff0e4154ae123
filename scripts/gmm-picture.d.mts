export function gmmPicture(nondiff: object): string;
