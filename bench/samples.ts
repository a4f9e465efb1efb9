import type { Fired, Shot } from './load.ts';
import type { LoadGenerator } from './processes.ts';
import { freshPaylinks } from './scenarios.ts';
import { blockedShot, createShot, readShot, sendShot, unknownShot } from './shots.ts';
import type { AnswerName, Samples } from './targets.ts';
import type { Worker } from './workerd.ts';

// What the server says for itself, on every answer.
const ofTheServer = /^(date|connection|keep-alive|content-length|transfer-encoding)$/;

/** Has the gateway make the texts that the floor answers with, and the message that the floor's provider gets. */
export async function takeSamples(
  gateway: Worker,
  lastMessage: () => Promise<string>,
  load: LoadGenerator,
): Promise<Samples> {
  const headers: Samples['headers'] = {};
  const ask = async (name: AnswerName, shots: Shot[]): Promise<string> => {
    const fired: Fired = await load.fire({ origin: gateway.origin, shots, connections: 1, keepBodies: true });
    headers[name] = Object.fromEntries(Object.entries(fired.headers).filter(([header]) => !ofTheServer.test(header)));
    return fired.bodies.at(-1) ?? '';
  };
  const [id = ''] = await freshPaylinks({ worker: gateway, load }, 1);
  const answer = await ask('sent', [sendShot(id)]);
  const message = await lastMessage();
  if (!answer.includes('"status":"SENT"') || !message.includes('campaign_id'))
    throw new Error(`the gateway did not send: ${answer}`);
  const created = await ask('created', [createShot()]);
  const createdId: string = JSON.parse(created).paylinkId;
  const unauthenticated = await ask('unauthenticated', [unknownShot(1)]);
  const limited = await ask('limited', [blockedShot(), blockedShot()]);
  await ask('read', [readShot(id)]);
  return { id: createdId, created, answer, message, unauthenticated, limited, headers };
}
