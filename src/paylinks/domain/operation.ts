import * as z from 'zod/mini';

/**
 * - `running`: providers are being asked (or the object died while they were).
 * - `unsettled`: ended without any acceptance and with an outcome not known yet; answered from the present state.
 * - `settling`: accepted on one channel, the other is still open; its first answer is kept if that was final, else answered from the
 *   present state.
 * - `done`: its first answer is kept. `failed`: refused for certain; its key is free again.
 */
export const OperationState = z.enum(['running', 'unsettled', 'settling', 'done', 'failed']);

export const OperationRow = z.object({
  id: z.string(),
  paylinkId: z.string(),
  key: z.nullable(z.string()),
  fingerprint: z.string(),
  state: OperationState,
  createdBy: z.string(),
  createdAt: z.int(),
  dueAt: z.int(),
  /** How often an unsettled operation was looked into. */
  tries: z.int(),
  /** The answer that was given, as JSON. */
  outcome: z.nullable(z.string()),
});

export type Operation = z.infer<typeof OperationRow>;
