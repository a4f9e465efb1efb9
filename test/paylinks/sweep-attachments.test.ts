import { env } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { sweepAttachments } from '../../src/paylinks/sweep-attachments.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { PDF, upload } from '../support/uploads.ts';
import { contextOf, seedPaylink } from '../support/verbs.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let api: Api;
let folder: string;
let paylinkId: string;
beforeEach(async () => {
  api = await merchantApi();
  paylinkId = (await seedPaylink(api.merchant, {}, contextOf(api.merchant))).id;
  folder = `${api.merchant.id}/${paylinkId}/`;
  await env.DB.prepare("DELETE FROM sweeps WHERE name = 'attachments-swept'").run();
});
const sweep = (now: number) => sweepAttachments(env, configOf(env), now);
const keys = async () => (await env.ATTACHMENTS?.list({ prefix: folder }))?.objects.map(({ key }) => key) ?? [];

it('a file that no Paylink lists is deleted after a day, and one that is listed stays', async () => {
  await upload(api, paylinkId, { bytes: PDF });
  const [listed] = await keys();
  await env.ATTACHMENTS?.put(`${folder}orphan`, PDF);
  await env.ATTACHMENTS?.put('nobody/nothing/orphan', PDF);
  await sweep(Date.now());
  expect(await keys()).toHaveLength(2);
  await sweep(Date.now() + 2 * DAY_MS);
  expect(await keys()).toEqual([listed]);
  expect(await env.ATTACHMENTS?.head('nobody/nothing/orphan')).toBeNull();
});

it('every file is looked at once a day, some at a time', async () => {
  for (let n = 0; n < 3; n += 1) await env.ATTACHMENTS?.put(`${folder}orphan${n}`, PDF);
  const bucket = env.ATTACHMENTS;
  if (!bucket) throw new Error('no bucket');
  const lists: (R2ListOptions | undefined)[] = [];
  const two = new Proxy(bucket, {
    get: (target, name) =>
      name === 'list'
        ? (options?: R2ListOptions) => {
            lists.push(options);
            return target.list({ ...options, limit: 2 });
          }
        : Reflect.get(target, name).bind(target),
  });
  const now = Date.now() + 2 * DAY_MS;
  for (let turn = 0; turn < 50; turn += 1) await sweepAttachments({ ...env, ATTACHMENTS: two }, configOf(env), now);
  expect(await keys()).toEqual([]);
  expect(lists.length).toBeLessThan(50);
  const done = lists.length;
  await sweepAttachments({ ...env, ATTACHMENTS: two }, configOf(env), now + DAY_MS - 1);
  expect(lists).toHaveLength(done);
  await sweepAttachments({ ...env, ATTACHMENTS: two }, configOf(env), now + DAY_MS);
  expect(lists).toHaveLength(done + 1);
});
