import { brandColorOf, outlineOf, readableOn } from '../../delivery/message/color.ts';
import { money } from '../../delivery/message/format.ts';
import { oneLine } from '../../delivery/message/sanitize.ts';
import { type Summary, summarize } from '../../delivery/message/summary.ts';
import type { PaylinkStatus } from '../../model.ts';
import type { PublicPaylink } from '../../store/public-links.ts';

export type PaylinkView = {
  summary: Summary;
  state: State;
  /** The sum a customer looks for first. */
  amount: { label: string; value: string };
  checkoutUrl: string | null;
  invoice: string | null;
};

type State = { tone: 'good' | 'bad' | 'calm'; title: string; text: string } | null;

/** What the page of a Paylink says: the words of its email, and how things stand. @param status as it is now */
export function viewOf(paylink: PublicPaylink, status: PaylinkStatus, shortLink: string): PaylinkView {
  const locale = paylink.customerLocale ?? paylink.merchantLocale;
  const summary = summarize({
    ...paylink,
    locale,
    merchant: {
      name: paylink.merchantName,
      brandColor: paylink.brandColor,
      logoUrl: paylink.logoUrl,
      supportEmail: paylink.supportEmail,
    },
    customerFirstName: null,
    shortLink,
  });
  const amount = (minor: number) => oneLine(money(minor, paylink.currencyCode, locale), 60);
  const due = status === 'PARTIALLY_PAID' ? Math.max(0, paylink.total - paylink.paid) : paylink.total;
  const payable = isPayable(status);
  return {
    summary,
    state: stateOf(status, summary, amount(paylink.paid)),
    amount: {
      label: payable ? (status === 'PARTIALLY_PAID' ? 'Still due' : 'Amount due') : 'Amount',
      value: amount(due),
    },
    checkoutUrl: payable ? paylink.checkoutUrl : null,
    invoice: oneLine(paylink.merchantInvoiceId ?? '', 255) || null,
  };
}

const isPayable = (status: PaylinkStatus) =>
  status === 'CREATED' ||
  status === 'SENT' ||
  status === 'OPENED' ||
  status === 'FAILED' ||
  status === 'PARTIALLY_PAID';

function stateOf(status: PaylinkStatus, { merchant, total, expires }: Summary, paid: string): State {
  switch (status) {
    case 'PAID':
      return { tone: 'good', title: 'Paid', text: `${merchant} has received ${total}. Nothing more is due.` };
    case 'PARTIALLY_PAID':
      return { tone: 'calm', title: 'Partly paid', text: `${merchant} has received ${paid} of ${total}.` };
    case 'REFUNDED':
      return { tone: 'calm', title: 'Refunded', text: `${merchant} has refunded this payment. Nothing is due.` };
    case 'PARTIALLY_REFUNDED':
      return { tone: 'calm', title: 'Partly refunded', text: `${merchant} has refunded a part; it keeps ${paid}.` };
    case 'CANCELED':
      return { tone: 'bad', title: 'Cancelled', text: `${merchant} has cancelled this request. Please do not pay it.` };
    case 'EXPIRED':
      return {
        tone: 'bad',
        title: 'Expired',
        text: `This request could be paid until ${expires}. Ask ${merchant} for a new one.`,
      };
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
.lines span:last-child, .sums dd { white-space: nowrap; font-variant-numeric: tabular-nums; }
.sums { padding-top: 12px; }
.sums div { padding: 3px 0; color: var(--soft); }
.sums .total { color: var(--ink); font-weight: 650; }
.memo { margin-top: 20px; padding-left: 14px; border-left: 3px solid var(--line); white-space: pre-line; }
.pay { margin-top: 26px; }
.pay .button { display: block; background: var(--brand); color: var(--on-brand); border: 1px solid var(--brand-edge); padding: 14px 20px; }
.pay p + p, .pay .button + p { margin-top: 10px; }
footer { margin-top: 18px; text-align: center; }
@media (max-width: 480px) { main { padding: 16px 12px 40px; } .bill { padding: 22px 20px 26px; } }
`;
