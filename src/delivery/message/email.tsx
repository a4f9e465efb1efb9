import type { MessageContent } from '../port.ts';
import { brandColorOf, outlineOf, readableOn } from './color.ts';
import { Breakdown, Button, Masthead, Memo } from './email-parts.tsx';
import { font, sheet } from './email-style.ts';
import { emailText } from './email-text.ts';
import { type Summary, summarize } from './summary.ts';

export type ComposedEmail = { subject: string; html: string; text: string };

/** The email and its plain text twin. Everything typed by a person is cleaned, and escaped in the HTML. */
export function composeEmail(content: MessageContent, unsubscribeUrl: string): ComposedEmail {
  const summary = summarize(content);
  const links = { pay: content.shortLink, unsubscribe: unsubscribeUrl };
  const page = <Email summary={summary} brand={brandColorOf(content.merchant.brandColor)} links={links} />;
  return {
    subject: summary.subject,
    html: `<!DOCTYPE html>${page}`,
    text: emailText(summary, links.pay, links.unsubscribe),
  };
}

type Links = { pay: string; unsubscribe: string };

const body = `${font}font-size:15px;line-height:23px;color:#111827;`;
const small = `${font}font-size:13px;line-height:20px;color:#5b6472;`;

const Email = ({ summary, brand, links }: { summary: Summary; brand: string; links: Links }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width,initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
      <meta name="format-detection" content="telephone=no,date=no,address=no,email=no" />
      <title>{summary.subject}</title>
      <style>{sheet}</style>
    </head>
    <body style="margin:0;padding:0;background-color:#f1f2f4;-webkit-text-size-adjust:100%">
      <Preheader summary={summary} />
      <table
        class="page"
        role="presentation"
        width="100%"
        cellpadding="0"
        cellspacing="0"
        border={0}
        style="background-color:#f1f2f4"
      >
        <tr>
          <td class="outer" align="center" style="padding:32px 12px">
            <Card summary={summary} brand={brand} pay={links.pay} />
            <Footer summary={summary} unsubscribe={links.unsubscribe} />
          </td>
        </tr>
      </table>
    </body>
  </html>
);

/** Invisible characters that a mailbox's list still counts. */
const filler = '\u034f\u200c\u00a0'.repeat(40);

/** What a mailbox's list shows after the subject; the filler keeps the body's first words out of it. */
const Preheader = ({ summary }: { summary: Summary }) => (
  <div style="display:none;max-height:0;overflow:hidden;mso-hide:all">
    {`Pay ${summary.total} to ${summary.merchant} by ${summary.expires}.`}
    {filler}
  </div>
);

const Card = ({ summary, brand, pay }: { summary: Summary; brand: string; pay: string }) => (
  <table
    class="card"
    role="presentation"
    width="100%"
    cellpadding="0"
    cellspacing="0"
    border={0}
    style="max-width:600px;background-color:#ffffff;border:1px solid #e2e5ea;border-radius:14px;border-collapse:separate;overflow:hidden"
  >
    <tr>
      <td height="6" bgcolor={brand} style={`height:6px;line-height:6px;font-size:0;background-color:${brand}`}>
        {'\u00a0'}
      </td>
    </tr>
    <tr>
      <Masthead summary={summary} />
    </tr>
    <tr>
      <td class="pad ink" style={`${body}padding:24px 40px 0 40px;word-break:break-word`}>
        <div>{summary.greeting}</div>
        <div style="padding-top:8px">
          <b>{summary.merchant}</b> has sent you a payment request
          {summary.description === null ? '.' : <> for “{summary.description}”.</>}
        </div>
      </td>
    </tr>
    <tr>
      <td class="pad" align="center" style="padding:26px 40px 6px 40px">
        <div class="soft" style={`${small}letter-spacing:.04em;text-transform:uppercase`}>
          Amount due
        </div>
        <div
          class="ink total"
          style={`${font}font-size:40px;line-height:52px;font-weight:700;color:#111827;word-break:break-word`}
        >
          {summary.total}
        </div>
      </td>
    </tr>
    <tr>
      <td class="pad" align="center" style="padding:14px 40px 0 40px">
        <Button
          href={pay}
          label={`Pay ${summary.total}`}
          fill={brand}
          ink={readableOn(brand)}
          edge={outlineOf(brand)}
        />
        <div class="soft" style={`${small}padding-top:12px`}>
          This link expires on {summary.expires}.
        </div>
      </td>
    </tr>
    {summary.items.length + summary.sums.length === 0 ? null : (
      <tr>
        <td class="pad" style="padding:30px 40px 0 40px">
          <Breakdown summary={summary} />
        </td>
      </tr>
    )}
    {summary.memo.length === 0 ? null : (
      <tr>
        <td class="pad" style="padding:26px 40px 0 40px">
          <Memo memo={summary.memo} />
        </td>
      </tr>
    )}
    <tr>
      <td class="pad soft" style={`${small}padding:26px 40px 32px 40px;word-break:break-word`}>
        {summary.supportEmail === null ? null : (
          <div style="padding-bottom:8px">
            Questions? Write to{' '}
            <a class="plain" href={mailto(summary.supportEmail)} style="color:#1f4fd8;text-decoration:underline">
              {summary.supportEmail}
            </a>
            .
          </div>
        )}
        <div>
          If the button does not work, open{' '}
          <a class="plain" href={pay} style="color:#1f4fd8;text-decoration:underline;word-break:break-all">
            {pay}
          </a>
        </div>
      </td>
    </tr>
  </table>
);

const Footer = ({ summary, unsubscribe }: { summary: Summary; unsubscribe: string }) => (
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border={0} style="max-width:600px">
    <tr>
      <td
        class="pad soft"
        align="center"
        style={`${small}padding:20px 40px 24px 40px;font-size:12px;line-height:18px;word-break:break-word`}
      >
        You get this email because {summary.merchant} sent you a payment request.
        <br />
        <a class="soft" href={unsubscribe} style="color:#5b6472;text-decoration:underline">
          Unsubscribe
        </a>{' '}
        from payment requests of this merchant.
      </td>
    </tr>
  </table>
);

/** RFC 6068: everything but the `@` that could end the address is percent-encoded. */
const mailto = (address: string) => `mailto:${encodeURIComponent(address).replace('%40', '@')}`;
