import type { Fired, Shot } from './load.ts';
import type { LoadGenerator } from './processes.ts';
import { freshPaylinks } from './scenarios.ts';
import { blockedShot, createShot, sendShot, unknownShot } from './shots.ts';
import type { Samples } from './targets.ts';
import type { Worker } from './workerd.ts';

/** Has the gateway make the texts that the floor answers with, and the message that the floor's provider gets. */
export async function takeSamples(
  gateway: Worker,
  lastMessage: () => Promise<string>,
  load: LoadGenerator,
): Promise<Samples> {
  const ask = async (shots: Shot[]): Promise<string> => {
    const { bodies }: Fired = await load.fire({ origin: gateway.origin, shots, connections: 1, keepBodies: true });
    return bodies.at(-1) ?? '';
  };
  const [id = ''] = await freshPaylinks({ worker: gateway, load }, 1);
  const answer = await ask([sendShot(id)]);
  const message = await lastMessage();
  if (!answer.includes('"status":"SENT"') || !message.includes('campaign_id'))
    throw new Error(`the gateway did not send: ${answer}`);
  const created = await ask([createShot()]);
  const createdId: string = JSON.parse(created).paylinkId;
  const unauthenticated = await ask([unknownShot(1)]);
  const limited = await ask([blockedShot(), blockedShot()]);
  return { id: createdId, created, answer, message, unauthenticated, limited };
}
