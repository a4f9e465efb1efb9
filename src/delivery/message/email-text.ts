import { fill } from './locales/language.ts';
import { plainSpaces, type Summary } from './summary.ts';

/** The email as plain text: the same content in the same order. */
export function emailText(summary: Summary, shortLink: string, unsubscribeUrl: string): string {
  const { items, sums, totals, merchant, supportEmail, attachments } = summary;
  const { words } = summary.language;
  const row = ({ label, amount }: { label: string; amount: string }) => `${label}: ${amount}`;
  const blocks = [
    [summary.greeting],
    [summary.asks, ...(summary.received === null ? [] : [summary.received])],
    [row({ label: summary.dueLabel, amount: summary.due })],
    [words.payHere, shortLink, fill(words.expires, { date: summary.expires })],
    items.map(({ name, detail, amount }) => `- ${name}${detail === '' ? '' : ` (${detail})`}: ${amount}`),
    // Where a total stands alone it only repeats what is due.
    items.length + sums.length + totals.length > 1 ? [...sums, ...totals].map(row) : [],
    summary.memo,
    attachments.length === 0
      ? []
      : [`${words.attachments}:`, ...attachments.flatMap(({ name, url }) => [`- ${name}`, `  ${url}`])],
    supportEmail === null ? [] : [fill(words.questions, { contact: supportEmail })],
    ['--', fill(words.why, { merchant }), row({ label: words.unsubscribe, amount: unsubscribeUrl })],
  ];
  const text = blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
  return plainSpaces(`${text}\n`);
}
