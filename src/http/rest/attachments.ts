import type { Context } from 'hono';
import type { Merchant } from '../../model/merchant.ts';
import { attachFiles, detachFile } from '../../paylinks/attachments.ts';
import { fileUrlOf } from '../../paylinks/domain/links.ts';
import type { AppEnv } from '../app-env.ts';
import { callerOf } from '../authenticated.ts';
import { readFiles } from '../multipart.ts';
import { problem } from '../problem.ts';
import { verbContext } from '../verb-context.ts';
import { renderPaylink } from './render-paylink.ts';

/** `POST /{paylinkId}/attachments`: 201 with the Paylink. */
export async function attach(c: Context<AppEnv>, id: string, owner: Promise<Merchant | null>): Promise<Response> {
  const uploads = await readFiles(c);
  if (uploads.kind === 'refused') return problem(c, uploads.refusal);
  const attached = await attachFiles(verbContext(c, callerOf(c)), id, uploads.value, owner);
  if (attached.kind === 'refused') return problem(c, attached.refusal);
  const { paylink, names } = attached;
  const config = c.get('config');
  const location = fileUrlOf(config, paylink, names[0] ?? '');
  return c.json(renderPaylink(config, paylink, c.get('now')), 201, { location });
}

/** `DELETE /{paylinkId}/attachments/{name}`: 204. */
export async function detach(c: Context<AppEnv>, id: string, owner: Promise<Merchant | null>): Promise<Response> {
  const detached = await detachFile(verbContext(c, callerOf(c)), id, c.req.param('name') ?? '', owner);
  return detached.kind === 'refused' ? problem(c, detached.refusal) : c.body(null, 204);
}
