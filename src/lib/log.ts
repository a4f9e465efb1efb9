/** Fields of a log line. Never a secret, never a recipient's address. */
export type LogFields = { [field: string]: string | number | boolean | null | undefined };

/** Writes one JSON line. Put `requestId` into `fields` where there is a request. */
export function log(level: 'info' | 'warn' | 'error', event: string, fields: LogFields = {}): void {
  console[level](JSON.stringify({ level, event, ...fields }));
}
