/** A part of public/: the files and folders it is built from, and the files that must be there when it is. */
export type Part = { name: string; sources: string[]; results: string[] };
export const parts: Part[];
export function isFresh(part: Part, directory?: string): boolean;
export function markFresh(part: Part, directory?: string): void;
