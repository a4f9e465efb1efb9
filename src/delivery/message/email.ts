import { html, raw } from 'hono/html';
import type { MessageContent } from '../port.ts';
import { brandColorOf, outlineOf, readableOn } from './color.ts';
import { breakdown, button, masthead, memoBox } from './email-parts.ts';
import { body, fine, layout, sheet, small } from './email-style.ts';
import { emailText } from './email-text.ts';
import type { Words } from './locales/en.ts';
import { around, fill } from './locales/language.ts';
import { type Summary, summarize } from './summary.ts';

export type ComposedEmail = { subject: string; html: string; text: string };

/** The email as HTML and as plain text. Everything typed by a person is cleaned, and escaped in the HTML. */
export function composeEmail(content: MessageContent, unsubscribeUrl: string): ComposedEmail {
  const summary = summarize(content);
  const links = { pay: content.shortLink, unsubscribe: unsubscribeUrl };
  return {
    subject: summary.subject,
    html: `${page(summary, brandColorOf(content.merchant.brandColor), links)}`,
    text: emailText(summary, links.pay, links.unsubscribe),
  };
}

type Links = { pay: string; unsubscribe: string };

const page = (
  summary: Summary,
  brand: string,
  links: Links,
) => html`<!DOCTYPE html><html lang="${summary.language.locale}" dir="${summary.language.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>${summary.subject}</title>
<style>${sheet}</style>
</head>
<body style="margin:0;padding:0;background-color:#f1f2f4;-webkit-text-size-adjust:100%">
${preheader(summary)}
<div role="main">
<table class="page" ${layout} width="100%" style="background-color:#f1f2f4">
<tr><td class="outer" align="center" style="padding:32px 12px">
${card(summary, brand, links.pay)}
${footer(summary, links.unsubscribe)}
</td></tr>
</table>
</div>
</body>
</html>`;

/** Invisible characters that a mailbox's list still counts. */
const filler = raw('\u034f\u200c\u00a0'.repeat(40));

/** What a mailbox's list shows after the subject; the filler keeps the body's first words out of it. */
const preheader = ({ due, merchant, expires, received, language: { words } }: Summary) =>
  html`<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${fill(words.preheader, { amount: due, merchant, date: expires })}${received !== null && ` ${received}`}${filler}</div>`;

const card = (
  summary: Summary,
  brand: string,
  pay: string,
  { words } = summary.language,
) => html`<table class="card" ${layout} width="100%"
 style="max-width:600px;background-color:#ffffff;border:1px solid #e2e5ea;border-radius:14px;border-collapse:separate;overflow:hidden">
<tr><td height="6" bgcolor="${brand}" style="height:6px;line-height:6px;font-size:0;background-color:${brand}">\u00a0</td></tr>
<tr>${masthead(summary)}</tr>
<tr><td class="pad ink" style="${body}padding:24px 40px 0 40px;word-break:break-word">
<div>${summary.greeting}</div>
<div style="padding-top:8px">${summary.asks}</div>
</td></tr>
<tr><td class="pad" align="center" style="padding:26px 40px 6px 40px">
<div class="soft" style="${small}letter-spacing:.04em;text-transform:uppercase">${summary.dueLabel}</div>
<h1 class="ink total" style="${body}margin:0;font-size:40px;line-height:52px;font-weight:700;word-break:break-word">${summary.due}</h1>
${summary.received !== null && html`<div class="soft" style="${small}">${summary.received}</div>`}
</td></tr>
<tr><td class="pad" align="center" style="padding:14px 40px 0 40px">
${button({ href: pay, label: fill(words.pay, { amount: summary.due }), fill: brand, ink: readableOn(brand), edge: outlineOf(brand) })}
<div class="soft" style="${small}padding-top:12px">${fill(words.expires, { date: summary.expires })}</div>
</td></tr>
${
  summary.items.length + summary.sums.length + summary.totals.length > 1 &&
  html`<tr><td class="pad" style="padding:30px 40px 0 40px">${breakdown(summary)}</td></tr>`
}
${summary.memo.length > 0 && html`<tr><td class="pad" style="padding:26px 40px 0 40px">${memoBox(summary.memo)}</td></tr>`}
${summary.attachments.length > 0 && attached(summary)}
<tr><td class="pad soft" style="${small}padding:26px 40px 32px 40px;word-break:break-word">
${summary.supportEmail !== null && questions(words, summary.supportEmail)}
<div>${linked(words.noButton, 'link', pay, pay, 'word-break:break-all')}</div>
</td></tr>
</table>`;

const attached = ({ attachments, language: { words } }: Summary) =>
  html`<tr><td class="pad ink" style="${body}padding:26px 40px 0 40px;word-break:break-word">
<div class="soft" style="${small}">${words.attachments}</div>
${attachments.map(({ name, url }) => html`<div><a class="plain" href="${url}" style="color:#1f4fd8;text-decoration:underline">${name}</a></div>`)}
</td></tr>`;

/** A sentence with a link in the place of `{name}`. */
function linked(text: string, name: string, href: string, label: string, more = '') {
  const [before, after] = around(text, name);
  return html`${before}<a class="plain" href="${href}" style="color:#1f4fd8;text-decoration:underline;${more}">${label}</a>${after}`;
}

const questions = (words: Words, address: string) =>
  html`<div style="padding-bottom:8px">${linked(words.questions, 'contact', mailto(address), address)}</div>`;

const footer = (
  { merchant, language: { words } }: Summary,
  unsubscribe: string,
) => html`<table ${layout} width="100%" style="max-width:600px">
<tr><td class="pad soft" align="center" style="${fine}padding:20px 40px 24px 40px;word-break:break-word">
${fill(words.why, { merchant })}<br>
<a class="soft" href="${unsubscribe}" style="color:#5b6472;text-decoration:underline">${words.unsubscribeFrom}</a>
</td></tr>
</table>`;

/** RFC 6068: everything but the `@` that could end the address is percent-encoded. */
const mailto = (address: string) => `mailto:${encodeURIComponent(address).replace('%40', '@')}`;
