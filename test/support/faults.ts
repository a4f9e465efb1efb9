import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import app from '../../src/app.ts';
import type { Bindings } from '../../src/env.ts';
import { PaylinkCoordinator } from '../../src/paylinks/coordinator/coordinator.ts';

/** Has D1 answer nothing any more while `work` runs: every table has another name. */
export async function withoutTables<T>(work: () => Promise<T>): Promise<T> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name NOT LIKE 'd1_%'`,
  ).all<{ name: string }>();
  const rename = (to: (name: string) => [string, string]) =>
    env.DB.batch(
      results.map(({ name }) => {
        const [before, after] = to(name);
        return env.DB.prepare(`ALTER TABLE ${before} RENAME TO ${after}`);
      }),
    );
  await rename((name) => [name, `gone_${name}`]);
  try {
    return await work();
  } finally {
    await rename((name) => [`gone_${name}`, name]);
  }
}

/** A D1 that fails at whatever it is asked. */
export function failingDatabase(error: Error): D1Database {
  const fail = () => Promise.reject(error);
  const statement: D1PreparedStatement = new Proxy(env.DB.prepare('SELECT 1'), {
    get: (_, name) => (name === 'bind' ? () => statement : fail),
  });
  const failing: D1Database = new Proxy(env.DB, {
    get: (_, name) => (name === 'prepare' ? () => statement : name === 'withSession' ? () => failing : fail),
  });
  return failing;
}

/** D1 as it is when another connection holds it. */
export const lockedDatabase = () => failingDatabase(new Error('D1_ERROR: database is locked: SQLITE_BUSY'));

/** Has these methods of all coordinators throw, until `vi.restoreAllMocks`; the error crosses the real RPC boundary. */
export function failCoordinators(...methods: ('create' | 'claim' | 'change' | 'deliveryEvents' | 'ping')[]): void {
  for (const method of methods) {
    vi.spyOn(PaylinkCoordinator.prototype, method).mockRejectedValue(new Error('the object’s storage failed'));
  }
}

/** Has a gateway with these bindings answer. */
export async function ask(request: Request, bindings: Bindings): Promise<Response> {
  const context = createExecutionContext();
  const response = await app.fetch(request, bindings, context);
  await waitOnExecutionContext(context);
  return response;
}
