import { refusal } from '../../../errors.ts';
import { shortLinkOf } from '../../../paylinks/domain/links.ts';
import { csvOfPaylinks } from '../../../paylinks/export.ts';
import { qrSvg } from '../../pages/qr.ts';
import { nextCursor, parseCursor } from '../../rest/paging.ts';
import { verbContext } from '../../verb-context.ts';
import { refusedPage } from '../message-page.tsx';
import type { MerchantVisit } from '../visit.ts';
import { addressOf, askedOf, filterOf } from './filter.ts';
import { emailFrame } from './message.tsx';
import { noPaylink } from './missing.tsx';
import { shownIn } from './show.tsx';

/** `/console/paylinks/{id}/email`: the email, for the frame on its page. */
export async function paylinkEmail(visit: MerchantVisit): Promise<Response> {
  const shown = await shownIn(visit);
  return shown ? emailFrame(visit.c, shown.paylink, shown.owner) : noPaylink(visit);
}

/** `/console/paylinks/{id}/qr.svg`. */
export async function paylinkQr(visit: MerchantVisit): Promise<Response> {
  const shown = await shownIn(visit);
  if (!shown) return noPaylink(visit);
  return visit.c.body(qrSvg(shortLinkOf(visit.c.get('config'), shown.paylink)), 200, {
    'content-type': 'image/svg+xml',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'no-store',
  });
}

/** `/console/paylinks.csv`: the list as its filters say, streamed, at most 50,000 rows; then `Link` says where to go on. */
export async function paylinksCsv(visit: MerchantVisit): Promise<Response> {
  const { c, caller } = visit;
  const asked = askedOf(c.req.query());
  if (asked.q !== '')
    return refusedPage(c, refusal('invalid_request', 'A list that was searched by text cannot be exported.'));
  const cursor = parseCursor(c.req.query('cursor'));
  const after = cursor ? { createdAt: cursor.at, id: cursor.id } : undefined;
  const search = { ...filterOf(asked, caller.merchant), after, limit: 1 };
  const exported = await csvOfPaylinks(verbContext(c, caller), search);
  if (exported.kind === 'refused') return refusedPage(c, exported.refusal);
  const { body, next } = exported;
  const on = next ? addressOf(asked, { cursor: nextCursor(true, next) ?? '' }, '/console/paylinks.csv') : null;
  return c.body(body, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="paylinks.csv"',
    'cache-control': 'no-store',
    ...(on ? { link: `<${on}>; rel="next"` } : {}),
  });
}
