import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';

const LogLine = z.looseObject({ level: z.enum(['info', 'warn', 'error']), event: z.string() });
const RequestLine = z.object({
  event: z.literal('request'),
  requestId: z.string(),
  method: z.string(),
  route: z.string().nullable(),
  status: z.int(),
  ms: z.number(),
  reason: z.string().nullish(),
});

/**
 * A line of the gateway's log as a person reads it.
 * `request` has what was asked; `fact` is a warning or an error; `quiet` is of no interest while all goes well.
 */
export type Told =
  | { kind: 'request'; requestId: string; method: string; status: number; text: string }
  | { kind: 'fact'; text: string }
  | { kind: 'quiet' };

/** wrangler puts its own mark before what goes to the console as a warning or an error. */
const marked = /^\s*(?:(?:✘|▲) \[(?:ERROR|WARNING)\] )?(\{"level":.*\})\s*$/;

/** Reads a line that the gateway logged; null: it is not one. @param at ms, for the time of day on this machine */
export function readLogLine(line: string, at: number): Told | null {
  const json = marked.exec(stripVTControlCharacters(line))?.[1];
  const logged = json === undefined ? undefined : LogLine.safeParse(parsed(json)).data;
  if (!logged) return null;
  const request = RequestLine.safeParse(logged).data;
  if (request) {
    const { requestId, method, status, reason } = request;
    const why = reason ? ` (${reason})` : '';
    const text = `${timeOf(at)} ${method} ${pathOf(request.route)} ${status} ${request.ms} ms${why}`;
    return { kind: 'request', requestId, method, status, text };
  }
  if (logged.level === 'info') return { kind: 'quiet' };
  const { level, event, ...fields } = logged;
  return { kind: 'fact', text: `${timeOf(at)} ${level} ${event} ${JSON.stringify(fields)}` };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** `/:paylinkId/send` as `/…/send`. */
const pathOf = (route: string | null): string => (route === null ? '/…' : route.replaceAll(/:\w+(?:\{[^}]*\})?/g, '…'));

const timeOf = (at: number): string => new Date(at).toTimeString().slice(0, 8);
