import { html } from 'hono/html';
import { body, layout, note, small } from './email-style.ts';
import type { Summary } from './summary.ts';

/** The merchant's logo if it has one that can be loaded safely, else its name. */
export const masthead = ({ logoUrl, merchant }: Summary) =>
  logoUrl === null
    ? html`<td class="pad" style="padding:28px 40px 0 40px"><span class="ink" style="${body}font-size:18px;line-height:26px;font-weight:700">${merchant}</span></td>`
    : html`<td class="pad" style="padding:28px 40px 0 40px"><img src="${logoUrl}" alt="${merchant}" height="40"
 style="${body}display:block;height:40px;width:auto;max-width:220px;border:0;font-size:18px;font-weight:700"></td>`;

/** Line items, sums and totals as rows of one table. */
export const breakdown = ({
  items,
  sums,
  totals,
}: Summary) => html`<table ${layout} width="100%" style="border-collapse:collapse">
${items.map(itemRow)}
${sums.map(sumRow)}
${totals.map((row, index) => totalRow(row, index === 0 && sums.length === 0 ? 'border-top:1px solid #e5e7eb' : ''))}
</table>`;

const itemRow = ({ name, detail, amount }: Summary['items'][number]) => html`<tr>
<td class="ink rule" style="${body}padding:12px 12px 12px 0;border-top:1px solid #e5e7eb;word-break:break-word">${name}${
  detail !== '' && html`<div class="soft" style="${small}">${detail}</div>`
}</td>
<td class="ink rule" align="right" style="${body}padding:12px 0;border-top:1px solid #e5e7eb;vertical-align:top;white-space:nowrap">${amount}</td>
</tr>`;

const sumRow = ({ label, amount }: Summary['sums'][number], index: number) => {
  const edge = index === 0 ? 'padding-top:12px;border-top:1px solid #e5e7eb' : 'padding-top:4px';
  return html`<tr>
<td class="soft rule" style="${body}color:#5b6472;${edge}">${label}</td>
<td class="soft rule" align="right" style="${body}color:#5b6472;white-space:nowrap;${edge}">${amount}</td>
</tr>`;
};

const totalRow = ({ label, amount }: Summary['totals'][number], edge: string) => html`<tr>
<td class="ink rule" style="${body}font-weight:700;padding:12px 12px 0 0;${edge}">${label}</td>
<td class="ink rule" align="right" style="${body}font-weight:700;padding:12px 0 0 0;white-space:nowrap;${edge}">${amount}</td>
</tr>`;

/** The merchant's own words to the customer, line by line: not every client knows `white-space`. */
export const memoBox = (lines: string[]) => html`<table ${layout} width="100%">
<tr><td class="note ink" dir="auto" style="${note}">${lines.map((line, index) => (index === 0 ? line : html`<br>${line}`))}</td></tr>
</table>`;

type ButtonLook = { href: string; label: string; fill: string; ink: string; edge: string };

/** A padded link in a coloured cell: the one button that every client draws. */
export const button = ({
  href,
  label,
  fill,
  ink,
  edge,
}: ButtonLook) => html`<table class="button" ${layout} align="center" style="margin:0 auto">
<tr><td align="center" bgcolor="${fill}" style="background-color:${fill};border-radius:8px;border:1px solid ${edge}">
<a href="${href}" style="${body}display:inline-block;padding:15px 44px;font-size:17px;line-height:22px;font-weight:700;color:${ink};text-decoration:none;border-radius:8px">${label}</a>
</td></tr>
</table>`;
