/** One structured line a fact. Never a secret, never a recipient's address: only what the type allows. */
export type LogFields = { [field: string]: string | number | boolean | null | undefined };

/** Writes one JSON line; `requestId` belongs into `fields` wherever there is a request. */
export function log(level: 'info' | 'warn' | 'error', event: string, fields: LogFields = {}): void {
  console[level](JSON.stringify({ level, event, ...fields }));
}
