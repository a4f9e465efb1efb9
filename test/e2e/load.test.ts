import { afterEach, expect, it } from 'vitest';
import { codeOf } from '../chaos/client.ts';
import type { Call } from '../support/platform/caller.ts';
import { Scene } from '../support/platform/scene.ts';

/** What a coordinator lets in and has wait: many times its capacity is far more. */
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

it('at many times the capacity every send that is let in is a 200, the rest is a 503 that sent nothing, and it recovers at once', {
  timeout: 180_000,
}, async () => {
  scene = await Scene.open({ PLATFORM_D1_MS: 100 });
  const paylinks = await scene.createMany(CROWD, PLACES);
  const gateway = scene;
  const answers = await answersOf(paylinks.map((id) => gateway.send(id)));
  const sent = count(answers, '200');
  const shed = count(answers, '503 overloaded');
  expect(sent + shed + count(answers, '503 unavailable')).toBe(CROWD);
  expect(sent).toBeGreaterThanOrEqual(PLACES);
  expect(shed).toBeGreaterThan(0);
  expect(await gateway.calls()).toBe(sent);
  // It is over: whoever was turned away comes again, under the same key, and is let in.
  const refused = paylinks.filter((_, n) => answers[n] !== '200').slice(0, PLACES);
  const again = await answersOf(refused.map((id) => gateway.send(id)));
  expect(again).toEqual(refused.map(() => '200'));
  const logs = await gateway.quiet(sent + refused.length);
  expect(logs.UNKNOWN ?? 0).toBe(0);
  expect(await gateway.calls()).toBe(sent + refused.length);
});
