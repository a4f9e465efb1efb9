export function faultsOf(given: { production: unknown; staging: unknown; deployed: string }): string[];
export function checkStaging(): Promise<string[]>;
