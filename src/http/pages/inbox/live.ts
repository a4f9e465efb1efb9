import type { Context } from 'hono';
import { inboxMark } from '../../../store/inbox.ts';
import type { AppEnv } from '../../app-env.ts';

/** How often the inbox is looked at for a page that waits, ms; and how long one answer may wait, ms. The page asks again. */
const LOOK_MS = 700;
const WAIT_MS = 25_000;

/**
 * `GET /inbox/events?mark=&id=` as server-sent events: `change` once the inbox, or the Paylink of message `id`, is no longer what the
 * page has (`mark`). It ends after that, or when nothing came for a while.
 */
export async function events(c: Context<AppEnv>, merchantId: string | null): Promise<Response> {
  const db = c.env.DB;
  const [mark, id] = [c.req.query('mark') ?? '', c.req.query('id') ?? null];
  const isStale = async () => (await inboxMark(db, merchantId, id)) !== mark;
  const encoder = new TextEncoder();
  const until = c.get('now') + WAIT_MS;
  let gone = false;
  // Once before it is answered, so that a fault of D1 is a 503 as everywhere.
  let stale = await isStale();
  const body = new ReadableStream<Uint8Array>({
    start: (out) => out.enqueue(encoder.encode('retry: 500\n\n')),
    async pull(out) {
      while (!stale && !gone && Date.now() < until) {
        await scheduler.wait(LOOK_MS);
        stale = await isStale();
      }
      if (gone) return;
      if (stale) out.enqueue(encoder.encode('event: change\ndata: \n\n'));
      out.close();
    },
    cancel: () => {
      gone = true;
    },
  });
  const headers = {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return new Response(body, { headers });
}
