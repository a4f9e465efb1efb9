import type { Config } from '../env.ts';
import { iso } from '../lib/encoding.ts';
import type { Paylink } from '../model/paylink.ts';
import { findPlace, isBeyond } from '../store/paylink-search.ts';
import type { Context } from './context.ts';
import { amountDue } from './domain/amounts.ts';
import { shortLinkOf } from './domain/links.ts';
import type { Outcome } from './domain/outcome.ts';
import { statusAt } from './domain/status.ts';
import { filterOf, type PaylinkSearch, searchPaylinks } from './search.ts';

/** Rows of one export, and of a merchant that it reads where no index has what is looked for. */
const MOST = { rows: 50_000, read: 50_000 };
/** Rows that one query reads. */
const PAGE = 250;

type Value = string | number | null;
const columns: { [name: string]: (paylink: Paylink, config: Config, now: number) => Value } = {
  paylinkId: ({ id }) => id,
  merchantId: ({ merchantId }) => merchantId,
  merchantInvoiceId: ({ merchantInvoiceId }) => merchantInvoiceId,
  status: (paylink, _config, now) => statusAt(paylink, now),
  currencyCode: ({ currencyCode }) => currencyCode,
  total: ({ total }) => total,
  amountDue: (paylink) => amountDue(paylink),
  approvedAmount: ({ approvedAmount }) => approvedAmount,
  orderId: ({ orderId }) => orderId,
  email: ({ customer }) => customer.email,
  phone: ({ customer }) => customer.phone,
  firstName: ({ customer }) => customer.firstName,
  lastName: ({ customer }) => customer.lastName,
  description: ({ description }) => description,
  memo: ({ memo }) => memo,
  shortLink: (paylink, config) => shortLinkOf(config, paylink),
  createdAt: ({ createdAt }) => iso(createdAt),
  lastSentAt: ({ lastSentAt }) => iso(lastSentAt),
  expiration: ({ expiration }) => iso(expiration),
};

/** What a spreadsheet may take for a formula: a sign, its wide form too, whatever is blank or invisible before it; a tab or a line break at the start. */
const formula = /^(?:[\t\r\n]|[\s\p{Cf}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/u;

/** A cell of RFC 4180. Text that a spreadsheet would take for a formula gets a leading `'`. */
export function cell(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const line = (cells: readonly string[]) => `${cells.join(',')}\r\n`;

/** Where an export goes on: the time (ms) and id of its last row; null when it has everything. */
export type Exported = Outcome<{ body: ReadableStream<Uint8Array>; next: { at: number; id: string } | null }>;

/**
 * What a search finds, as CSV with a header line, read a page at a time as the client takes it.
 * @param most how many rows it has, and how many of each merchant are read where no index answers the search
 */
export async function csvOfPaylinks(ctx: Context, search: PaylinkSearch, most = MOST): Promise<Exported> {
  const { env, config, caller, now } = ctx;
  const filter = await filterOf(ctx, search);
  if (filter.kind === 'refused') return filter;
  // Said in a header, so it is known before the first row. What is created meanwhile moves the count of rows, but not this place.
  const last = await findPlace(env.DB, caller.merchant.id, filter.filter, most);
  const encoder = new TextEncoder();
  let { after } = search;
  let isOver = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(line(Object.keys(columns)))),
    async pull(controller) {
      let rows: string[] = [];
      // A page may be empty although there is a next one.
      while (rows.length === 0 && !isOver) {
        const found = await searchPaylinks(ctx, { ...search, after, limit: PAGE });
        if (found.kind === 'refused') return controller.error(new Error(found.refusal.detail));
        const { page, next } = found;
        rows = page
          .filter((one) => last === null || !isBeyond(one, last))
          .map((one) => line(Object.values(columns).map((value) => cell(value(one, config, now)))));
        after = next ?? after;
        isOver = next === null || (last !== null && (next.id === last.id || isBeyond(next, last)));
      }
      if (rows.length > 0) controller.enqueue(encoder.encode(rows.join('')));
      else controller.close();
    },
  });
  return { kind: 'done', body, next: last && { at: last.createdAt, id: last.id } };
}
