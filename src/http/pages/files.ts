import type { Context } from 'hono';
import { refusal } from '../../errors.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { log } from '../../lib/log.ts';
import type { AttachmentFile } from '../../model/paylink.ts';
import type { PublicPaylink } from '../../store/public-links.ts';
import type { AppEnv } from '../app-env.ts';
import { faultPage } from './fault-page.tsx';
import { privateHeaders } from './page.tsx';

/** A name for `Content-Disposition` (RFC 6266): ASCII for old clients, and the whole name (RFC 8187). */
export const dispositionOf = (name: string): string => {
  const ascii = name.replace(/[^ -~]|["\\]/g, '_');
  const whole = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${whole}`;
};

const notNow = refusal('unavailable', 'The file cannot be read right now. Try again.', { retryAfterSeconds: 5 });

async function stored(c: Context<AppEnv>, { key }: AttachmentFile): Promise<R2ObjectBody | 'unavailable' | null> {
  try {
    return c.env.ATTACHMENTS ? await c.env.ATTACHMENTS.get(key) : 'unavailable';
  } catch (error) {
    log('error', 'attachment_not_read', { requestId: c.get('requestId'), error: errorMessage(error) });
    return 'unavailable';
  }
}

/**
 * `/p/{code}/files/{name}`: a file as a download only. Nothing in it runs in our origin: no browser shows it in place or guesses what it is,
 * and if one did, the sandbox would give it no origin.
 */
export async function download(c: Context<AppEnv>, paylink: PublicPaylink): Promise<Response | null> {
  const file = paylink.files.find(({ name }) => name === c.req.param('name'));
  if (!file) return null;
  const object = await stored(c, file);
  if (object === 'unavailable') return faultPage(c, notNow);
  if (!object) return null;
  const headers = {
    ...privateHeaders,
    'content-type': file.type,
    'content-length': String(file.size),
    'content-disposition': dispositionOf(file.name),
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
  };
  return c.req.method === 'HEAD' ? c.body(null, 200, headers) : c.body(object.body, 200, headers);
}
