/** A sweep's turn: where its last one ended (null: at the end), and whether there is time for more. */
export type Turn = { position: string | null; mayGoOn: () => boolean };

/** What a turn did, and where the next one goes on; null: nothing is left. */
export type TurnEnd = { done: number; position: string | null };

/** From the beginning to the end, however long it takes. */
export const wholeTurn: Turn = { position: null, mayGoOn: () => true };
