export const toolNode: string;
export function isInstalled(directory: string): boolean;
export function install(): void;
