/** What to log of something that was thrown: an error's message, or the thing itself as text. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
