import { brandColorOf, outlineOf, readableOn } from '../../delivery/message/color.ts';
import { moment, money } from '../../delivery/message/format.ts';
import { fill } from '../../delivery/message/locales/language.ts';
import { oneLine, safeUrl } from '../../delivery/message/sanitize.ts';
import { type Summary, summarize } from '../../delivery/message/summary.ts';
import type { PaylinkStatus } from '../../model/paylink.ts';
import { amountDue, amountPaid } from '../../paylinks/domain/amounts.ts';
import { filePathOf } from '../../paylinks/domain/links.ts';
import type { PublicPaylink } from '../../store/public-links.ts';

export type PaylinkView = {
  summary: Summary;
  state: State;
  /** The sum a customer looks for first. */
  amount: { label: string; value: string };
  /** Where to pay; null: nowhere here. */
  payUrl: string | null;
  /** Where the merchant wants its customer after the payment; null: nowhere, or not paid yet. */
  backUrl: string | null;
  /** What was paid: the receipt. */
  payments: { date: string; order: string; amount: string; refunded: string | null }[];
};

type State = { tone: 'good' | 'bad' | 'calm'; title: string; text: string } | null;

/**
 * What the page of a Paylink says: the words of its email, and how things stand.
 * @param status as it is now
 * @param payUrl the checkout, if there is one
 */
export function viewOf(
  paylink: PublicPaylink,
  status: PaylinkStatus,
  shortLink: string,
  payUrl: string | null,
): PaylinkView {
  const timeZone = paylink.customerTimeZone ?? paylink.merchantTimeZone ?? 'UTC';
  const { payments: orders, total } = paylink;
  const paid = { total, approvedAmount: orders.reduce((sum, order) => sum + order.amount, 0), orders };
  const summary = summarize({
    ...paylink,
    amountPaid: amountPaid(paid),
    amountDue: amountDue(paid),
    locale: paylink.customerLocale ?? paylink.merchantLocale,
    timeZone,
    merchant: {
      name: paylink.merchantName,
      brandColor: paylink.brandColor,
      logoUrl: paylink.logoUrl,
      supportEmail: paylink.supportEmail,
    },
    customerFirstName: null,
    shortLink,
    attachments: paylink.files.map(({ name }) => ({ name, url: filePathOf(paylink, name) })),
  });
  const { words, locale } = summary.language;
  const amount = (minor: number) => money(minor, paylink.currencyCode, locale);
  const payable = isPayable(status);
  return {
    summary: payable ? summary : { ...summary, totals: summary.totals.slice(0, 1) },
    state: stateOf(status, summary),
    amount: payable ? { label: summary.dueLabel, value: summary.due } : { label: words.amount, value: summary.total },
    payUrl: payable ? payUrl : null,
    backUrl: status === 'PAID' ? safeUrl(paylink.successUrl) : null,
    payments: orders.map((order) => ({
      date: moment(order.createdAt, locale, timeZone),
      order: fill(words.order, { order: oneLine(order.id, 255) }),
      amount: amount(order.amount),
      refunded: order.refunded > 0 ? fill(words.refundedAmount, { amount: amount(order.refunded) }) : null,
    })),
  };
}

const isPayable = (status: PaylinkStatus) =>
  status === 'CREATED' ||
  status === 'SENT' ||
  status === 'OPENED' ||
  status === 'FAILED' ||
  status === 'PARTIALLY_PAID';

function stateOf(status: PaylinkStatus, summary: Summary): State {
  const { merchant, paid, expires } = summary;
  const { words } = summary.language;
  const state = (tone: 'good' | 'bad' | 'calm', title: string, text: string) => ({
    tone,
    title,
    text: fill(text, { merchant, paid, date: expires }),
  });
  switch (status) {
    case 'PAID':
      return state('good', words.paid, words.paidText);
    case 'PARTIALLY_PAID':
      return { tone: 'calm', title: words.partlyPaid, text: summary.received ?? '' };
    case 'REFUNDED':
      return state('calm', words.refunded, words.refundedText);
    case 'PARTIALLY_REFUNDED':
      return state('calm', words.partlyRefunded, words.partlyRefundedText);
    case 'CANCELED':
      return state('bad', words.canceled, words.canceledText);
    case 'EXPIRED':
      return state('bad', words.expired, words.expiredText);
    case 'CREATED':
    case 'SENT':
    case 'OPENED':
    case 'FAILED':
      return null;
  }
}

/** The merchant's colours on this page; only checked values get into the sheet. */
export function brandStyle(color: string | null): string {
  const brand = brandColorOf(color);
  return `:root { --brand: ${brand}; --on-brand: ${readableOn(brand)}; --brand-edge: ${outlineOf(brand)}; }\n${paylinkStyle}`;
}

const paylinkStyle = `
main { max-width: 520px; margin: 0 auto; padding: 40px 16px 56px; }
.bill { overflow: hidden; border-top: 6px solid var(--brand); padding: 28px 32px 32px; box-shadow: 0 8px 30px rgb(0 0 0 / .06); }
.merchant { display: flex; align-items: center; gap: 12px; font-weight: 650; font-size: 18px; }
.merchant img { max-height: 40px; max-width: 180px; display: block; }
.state { margin-top: 22px; border-radius: 12px; padding: 14px 16px; background: var(--calm-ground); }
.state.good { background: var(--good-ground); color: var(--good); }
.state.bad { background: var(--bad-ground); color: var(--bad); }
.state h2 { font-size: 16px; }
.due { margin-top: 26px; }
.due p { font-size: 13px; letter-spacing: .05em; text-transform: uppercase; color: var(--soft); }
.due strong { display: block; font-size: clamp(32px, 9vw, 42px); line-height: 1.2; font-variant-numeric: tabular-nums; }
.settled .due strong { color: var(--soft); font-size: 28px; }
h1 { font-size: 17px; font-weight: 500; margin-top: 8px; }
h1 + p.soft { margin-top: 10px; }
.lines { list-style: none; margin-top: 22px; border-top: 1px solid var(--line); }
.lines li, .sums div { display: flex; justify-content: space-between; gap: 20px; }
.lines li { padding: 12px 0; border-bottom: 1px solid var(--line); }
.lines:last-child li:last-child { border-bottom: 0; padding-bottom: 0; }
.lines li > span:last-child, .sums dd { white-space: nowrap; font-variant-numeric: tabular-nums; }
.sums { padding-top: 12px; }
.sums div { padding: 3px 0; color: var(--soft); }
.sums .total { color: var(--ink); font-weight: 650; }
.memo { margin-top: 20px; padding-left: 14px; border-left: 3px solid var(--line); white-space: pre-line; }
.pay { margin-top: 20px; }
.receipt, .files { margin-top: 24px; }
.files li { list-style: none; padding-top: 6px; word-break: break-word; }
.files h2, .receipt h2 { font-size: 16px; }
.receipt li { list-style: none; display: flex; justify-content: space-between; gap: 20px; padding-top: 10px; }
.receipt li > span:last-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
.receipt button { margin-top: 16px; background: none; color: inherit; border: 1px solid var(--soft); padding: 8px 18px; }
.pay .button { display: block; background: var(--brand); color: var(--on-brand); border: 1px solid var(--brand-edge); padding: 14px 20px; }
.pay p + p, .pay .button + p { margin-top: 10px; }
form.pay .button { width: 100%; font-size: inherit; }
footer { margin-top: 18px; text-align: center; }
@media (max-width: 480px) { main { padding: 16px 12px 40px; } .bill { padding: 22px 20px 26px; } }
@media print { :root { color-scheme: light; } body { background: #fff; } .bill { box-shadow: none; border-color: #ccc; } button, footer, .back { display: none; } }
`;
