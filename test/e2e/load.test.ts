import { afterEach, expect, it } from 'vitest';
import { codeOf } from '../chaos/client.ts';
import type { Call } from '../support/platform/caller.ts';
import { Scene } from '../support/platform/scene.ts';

/** How many come again, of a crowd that is many times what a coordinator lets in. */
const PLACES = 100;
const CROWD = 1_000;

let scene: Scene | null = null;
afterEach(async () => {
  await scene?.close();
  scene = null;
});

/** What each was answered: a status, and for a 503 its code and whether it says when to come again. */
async function answersOf(calls: readonly Call[]): Promise<string[]> {
  const answers = await Promise.all(calls.map(({ answer }) => answer));
  return answers.map((answer) => {
    if (answer?.status !== 503) return String(answer?.status ?? 'none');
    return `503 ${codeOf(answer)}${Number(answer.headers['retry-after']) >= 1 ? '' : ' without Retry-After'}`;
  });
}
const count = (answers: readonly string[], wanted: string) => answers.filter((one) => one === wanted).length;

it('at many times the capacity every send that is let in is a 200, the rest is a 503 that sent nothing, and it recovers', {
  timeout: 180_000,
}, async () => {
  scene = await Scene.open({ PLATFORM_D1_MS: 100 });
  const paylinks = await scene.createMany(CROWD, PLACES);
  const gateway = scene;
  const answers = await answersOf(paylinks.map((id) => gateway.send(id)));
  const sent = count(answers, '200');
  const shed = count(answers, '503 overloaded') + count(answers, '503 unavailable');
  // A machine that is busy enough lets a provider call run into its time-out: the outcome is not known, and may have been a message.
  const unknown = count(answers, '202');
  expect(sent + unknown + shed).toBe(CROWD);
  // How many are served before their time is up is the machine's matter.
  expect(shed).toBeGreaterThan(0);
  const first = await gateway.calls();
  expect(first).toBeGreaterThanOrEqual(sent);
  expect(first).toBeLessThanOrEqual(sent + unknown);
  // It is over: whoever was turned away comes again, under the same key, and is let in.
  const refused = paylinks.filter((_, n) => answers[n]?.startsWith('503')).slice(0, PLACES);
  let waiting = refused;
  let served = sent;
  for (let round = 0; waiting.length > 0 && round < 20; round++) {
    const again = await answersOf(waiting.map((id) => gateway.send(id)));
    waiting = waiting.filter((_, n) => again[n]?.startsWith('503'));
    served += count(again, '200');
  }
  expect(waiting).toEqual([]);
  const logs = await gateway.quiet(served);
  const open = logs.UNKNOWN ?? 0;
  const calls = await gateway.calls();
  // Each was sent once: all but those whose outcome nobody knows for certain.
  expect(calls).toBeLessThanOrEqual(sent + unknown + refused.length);
  expect(calls).toBeGreaterThanOrEqual(sent + unknown + refused.length - open);
});
