import type { Summary } from './summary.ts';

/** The email as plain text: the same content in the same order. */
export function emailText(summary: Summary, shortLink: string, unsubscribeUrl: string): string {
  const { items, sums } = summary;
  const blocks = [
    [summary.greeting],
    [`${summary.merchant} requests a payment of ${summary.total}.`],
    summary.description === null ? [] : [summary.description],
    items.map(({ name, detail, amount }) => `- ${name}${detail === '' ? '' : ` (${detail})`}: ${amount}`),
    [...sums.map(({ label, amount }) => `${label}: ${amount}`), `Total: ${summary.total}`],
    summary.memo,
    ['Pay here:', shortLink],
    [`This link expires on ${summary.expires}.`],
    summary.supportEmail === null ? [] : [`Questions? Write to ${summary.supportEmail}.`],
    [
      '--',
      `You get this email because ${summary.merchant} sent you a payment request.`,
      `Unsubscribe: ${unsubscribeUrl}`,
    ],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}
