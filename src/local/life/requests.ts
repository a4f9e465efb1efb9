import app from '../../app.ts';
import type { Bindings, Namespace } from '../../env.ts';
import type { CoordinatorRpc } from '../../paylinks/coordinator/rpc.ts';
import { demoKey } from '../demo-command.ts';
import { deliverWaiting } from './deliveries.ts';
import { setClock } from './moved-world.ts';

/** How long after an answer what goes on after it happens, such as a provider's report, ms. */
const LATER_MS = 4_000;

export interface SeedingBindings extends Bindings {
  COORDINATOR: Namespace<CoordinatorRpc & { ring(): Promise<void> }>;
}

/** What the seeding Worker is bound to, and the invocation that the story is played in. */
export type World = { env: SeedingBindings; invocation: ExecutionContext };

type Asked = { body?: object; key?: string; expect?: number };

/**
 * One request of the demo merchant to the gateway, with all that goes on after its answer.
 * @returns the answer's text @throws Error when its status is another than expected (200)
 */
export async function ask(
  { env, invocation }: World,
  method: string,
  path: string,
  { body, key, expect = 200 }: Asked = {},
): Promise<string> {
  const later: Promise<unknown>[] = [];
  const context = new Proxy(invocation, {
    get: (target, name) =>
      name === 'waitUntil' ? (work: Promise<unknown>) => later.push(work) : Reflect.get(target, name),
  });
  const headers = new Headers({ authorization: `Bearer ${demoKey}` });
  if (body) headers.set('content-type', 'application/json');
  if (key) headers.set('idempotency-key', key);
  const content = body ? { body: JSON.stringify(body) } : {};
  const response = await app.fetch(
    new Request(`http://localhost${path}`, { method, headers, ...content }),
    env,
    context,
  );
  const text = await response.text();
  if (response.status !== expect) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  setClock(Date.now() + LATER_MS);
  while (later.length > 0) await Promise.all(later.splice(0));
  await deliverWaiting(env);
  return text;
}
