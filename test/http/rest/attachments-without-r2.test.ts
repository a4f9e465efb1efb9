import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { attachFiles } from '../../../src/paylinks/attachments.ts';
import { type Api, merchantApi, request } from '../../support/api.ts';
import { PDF, upload } from '../../support/uploads.ts';
import { contextOf, createBody } from '../../support/verbs.ts';

const Body = z.looseObject({ paylinkId: z.string(), shortLink: z.string(), attachments: z.array(z.string()) });

let api: Api;
let id: string;
let code: string;
const read = async (answer: Response) => Body.parse(await answer.json());
beforeEach(async () => {
  api = await merchantApi();
  const created = await read(await api.call('POST', '/', createBody(api.merchant.id)));
  id = created.paylinkId;
  code = created.shortLink.split('/').at(-1) ?? '';
});

describe('when R2', () => {
  const attempt = (bucket: R2Bucket | undefined) => {
    const { ATTACHMENTS: _, ...rest } = env;
    const bindings = bucket ? { ...rest, ATTACHMENTS: bucket } : rest;
    return attachFiles(contextOf(api.merchant, bindings), id, [{ path: 'file', name: 'a.pdf', bytes: PDF }]);
  };

  it('is not bound, attaching is 503', async () => {
    expect(await attempt(undefined)).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable' } });
  });

  it('takes no file, nothing is listed', async () => {
    const bucket = env.ATTACHMENTS;
    if (!bucket) throw new Error('no bucket');
    const failing = new Proxy(bucket, {
      get: (target, name) =>
        name === 'put'
          ? () => Promise.reject(new Error('put: internal error (10001)'))
          : Reflect.get(target, name).bind(target),
    });
    expect(await attempt(failing)).toMatchObject({ kind: 'refused', refusal: { code: 'unavailable' } });
    expect((await read(await api.call('GET', `/${id}`))).attachments).toEqual([]);
  });

  it('has lost a file, its link is a 404 and the page stands', async () => {
    await upload(api, id, { name: 'a.pdf', bytes: PDF });
    for (const { key } of (await env.ATTACHMENTS?.list({ prefix: `${api.merchant.id}/${id}/` }))?.objects ?? [])
      await env.ATTACHMENTS?.delete(key);
    expect((await request('GET', `/p/${code}/files/a.pdf`)).status).toBe(404);
    expect((await request('GET', `/p/${code}`)).status).toBe(200);
  });
});
