import * as z from 'zod';
import type { AnswerName, Samples } from './floor/env.ts';
import type { LoadRequest } from './load.ts';
import { blockedRequest, createRequest, readRequest, sendRequest, unknownRequest } from './requests.ts';
import { freshPaylinks } from './scenarios.ts';
import type { Worker } from './workerd.ts';

/** Headers that the server itself puts on every answer. */
const serverHeader = /^(date|connection|keep-alive|content-length|transfer-encoding)$/;

const Row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** What the gateway wrote to D1 for a Paylink and its send. */
async function readRows(gateway: Worker, id: string): Promise<Samples['rows']> {
  const db = await gateway.database();
  const first = async (sql: string) => Row.parse(await db.prepare(sql).bind(id).first());
  return {
    paylink: await first('SELECT * FROM paylinks WHERE id = ?1'),
    item: await first('SELECT * FROM paylink_items WHERE paylink_id = ?1'),
    attempt: await first('SELECT * FROM paylink_logs WHERE paylink_id = ?1'),
    event: await first("SELECT * FROM paylink_events WHERE paylink_id = ?1 AND type = 'SENT'"),
  };
}

/** Has the gateway make the answers and the message that the floor uses. */
export async function takeSamples(gateway: Worker, lastMessage: () => Promise<string>): Promise<Samples> {
  const samples: Omit<Samples, 'rows'> = { id: '', message: '', bodies: {}, headers: {} };
  const ask = async (name: AnswerName, { path, ...request }: LoadRequest): Promise<string> => {
    const response = await fetch(new URL(path, gateway.origin), request);
    samples.headers[name] = Object.fromEntries([...response.headers].filter(([header]) => !serverHeader.test(header)));
    const body = await response.text();
    samples.bodies[name] = body;
    return body;
  };
  const [id = ''] = await freshPaylinks(gateway, 1);
  const answer = await ask('sent', sendRequest(id));
  samples.message = await lastMessage();
  if (!answer.includes('"status":"SENT"') || !samples.message.includes('campaign_id'))
    throw new Error(`the gateway did not send: ${answer}`);
  samples.id = JSON.parse(await ask('created', createRequest())).paylinkId;
  await ask('unauthenticated', unknownRequest());
  for (let n = 0; n < 2; n++) await ask('limited', blockedRequest());
  await ask('read', readRequest(id));
  return { ...samples, rows: await readRows(gateway, id) };
}
