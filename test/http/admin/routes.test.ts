import { applyD1Migrations, createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { listAudit } from '../../../src/store/audit.ts';
import { app, call, token } from './app.ts';

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS));

describe('the operator’s routes', () => {
  it('answer everyone else with the same 401 on every path', async () => {
    const asked = [
      await call('GET', '/merchants', undefined, null),
      await call('GET', '/merchants', undefined, 'Bearer wrong'),
      await call('GET', '/merchants', undefined, 'Basic dGVzdA=='),
      await call('GET', '/merchants', undefined, token, { ...env, ADMIN_TOKEN: undefined }),
    ];
    for (const { status, headers, body } of asked) {
      expect({ status, body }).toEqual({ status: 401, body: asked[0]?.body });
      expect(headers.get('www-authenticate')).toBeTruthy();
    }
    expect(asked[0]?.body).toMatchObject({ code: 'unauthenticated', status: 401 });
    const paths = ['/merchants/x', '/merchants/x/credentials/y', '/nothing'];
    for (const path of paths) expect((await call('PUT', path, {}, 'Bearer wrong')).status).toBe(401);
  });

  it('are open to the token as before where Cloudflare Access is configured, and to whom the platform names', async () => {
    const aud = 'a'.repeat(64);
    const configured = { ...env, ACCESS_TEAM_DOMAIN: 'https://team.example', ACCESS_AUD: aud };
    expect((await call('GET', '/merchants', undefined, token, configured)).status).toBe(200);
    expect((await call('GET', '/merchants', undefined, 'Bearer wrong', configured)).status).toBe(401);
    expect((await call('GET', '/merchants', undefined, null, configured)).status).toBe(401);
    const access = { aud, getIdentity: async () => ({ email: 'Ada@Example.com' }) };
    const context = Object.assign(createExecutionContext(), { access });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name": "Books"}' };
    const answer = await app.request('/admin/merchants', init, configured, context);
    expect(answer.status).toBe(201);
    const { id } = await answer.json<{ id: string }>();
    const [entry] = await listAudit(env.DB, id, { before: null, limit: 1 });
    expect(entry).toMatchObject({ actorKind: 'operator', actorId: 'ada@example.com', actorLabel: 'Cloudflare Access' });
  });

  it('are guarded against floods of wrong tokens, which a right one never meets', async () => {
    const asked: string[] = [];
    const limit = async ({ key }: { key: string }) => {
      asked.push(key);
      return { success: asked.length < 3 };
    };
    const guarded = { ...env, FAILED_AUTHENTICATIONS: { limit } };
    const tries = [];
    for (let n = 0; n < 3; n++) tries.push(await call('GET', '/merchants', undefined, 'Bearer wrong', guarded));
    expect(tries.map(({ status }) => status)).toEqual([401, 401, 429]);
    expect(tries[2]?.headers.get('retry-after')).toBe('60');
    expect((await call('GET', '/merchants', undefined, token, guarded)).status).toBe(200);
    expect(asked).toHaveLength(3);
  });

  it('answer another method with 405 and Allow', async () => {
    const { status, headers } = await call('PUT', '/merchants', {});
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'GET, HEAD, POST' });
  });
});
