export const phoneMetadataFile: string;
export function phoneMetadataModule(): string;
export function generatePhoneMetadata(file?: string): void;
