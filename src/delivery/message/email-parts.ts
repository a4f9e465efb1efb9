import { font } from './email-style.ts';
import { html, Markup } from './markup.ts';
import type { Summary } from './summary.ts';

const cell = `${font}font-size:15px;line-height:22px;color:#111827;`;
const soft = `${font}font-size:13px;line-height:19px;color:#5b6472;`;

/** What every table is that only lays out. */
const layout = new Markup('role="presentation" cellpadding="0" cellspacing="0" border="0"');

/** The merchant's logo if it has one that can be loaded safely, else its name. */
export const masthead = ({ logoUrl, merchant }: Summary): Markup => html`
  <td class="pad" style="padding:28px 40px 0 40px">
    ${
      logoUrl === null
        ? html`<span class="ink" style="${font}font-size:18px;line-height:26px;font-weight:700;color:#111827">${merchant}</span>`
        : html`<img src="${logoUrl}" alt="${merchant}" height="40" style="${font}display:block;height:40px;width:auto;max-width:220px;border:0;font-size:18px;font-weight:700;color:#111827">`
    }
  </td>`;

/** Line items and sums as rows of one table; nothing when there is nothing to add up. */
export const breakdown = ({ items, sums, total }: Summary): Markup => {
  const edge = sums.length > 0 ? '' : 'border-top:1px solid #e5e7eb;';
  return html`
    <table ${layout} width="100%" style="border-collapse:collapse">
      ${items.map(itemRow)}
      ${sums.map(sumRow)}
      <tr>
        <td class="ink rule" style="${cell}font-weight:700;padding:12px 12px 0 0;${edge}">Total</td>
        <td class="ink rule" align="right" style="${cell}font-weight:700;padding:12px 0 0 0;white-space:nowrap;${edge}">${total}</td>
      </tr>
    </table>`;
};

const itemRow = ({ name, detail, amount }: Summary['items'][number]): Markup => html`
  <tr>
    <td class="ink rule" style="${cell}padding:12px 12px 12px 0;border-top:1px solid #e5e7eb;word-break:break-word">
      ${name}
      ${detail === '' ? null : html`<div class="soft" style="${soft}">${detail}</div>`}
    </td>
    <td class="ink rule" align="right" style="${cell}padding:12px 0;border-top:1px solid #e5e7eb;vertical-align:top;white-space:nowrap">${amount}</td>
  </tr>`;

const sumRow = ({ label, amount }: Summary['sums'][number], index: number): Markup => {
  const edge = index === 0 ? 'padding-top:12px;border-top:1px solid #e5e7eb;' : 'padding-top:4px;';
  return html`
    <tr>
      <td class="soft rule" style="${cell}color:#5b6472;${edge}">${label}</td>
      <td class="soft rule" align="right" style="${cell}color:#5b6472;${edge}white-space:nowrap">${amount}</td>
    </tr>`;
};

/** The merchant's own words to the customer, line by line: not every client knows `white-space`. */
export const memoBox = (memo: string[]): Markup => html`
  <table ${layout} width="100%">
    <tr>
      <td class="note ink" style="${cell}background-color:#f4f5f7;border-radius:8px;padding:14px 16px;word-break:break-word">
        ${memo.map((line, index) => html`${index === 0 ? null : html`<br>`}${line}`)}
      </td>
    </tr>
  </table>`;

/** A padded link in a coloured cell: the one button that every client draws. */
export const button = (href: string, label: string, { fill, ink, edge }: ButtonColors): Markup => html`
  <table class="button" ${layout} align="center" style="margin:0 auto">
    <tr>
      <td align="center" bgcolor="${fill}" style="background-color:${fill};border-radius:8px;border:1px solid ${edge}">
        <a href="${href}" style="${font}display:inline-block;padding:15px 44px;font-size:17px;line-height:22px;font-weight:700;color:${ink};text-decoration:none;border-radius:8px">${label}</a>
      </td>
    </tr>
  </table>`;

export type ButtonColors = { fill: string; ink: string; edge: string };
