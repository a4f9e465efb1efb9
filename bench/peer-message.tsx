import type { Child } from 'hono/jsx';
import type { Merchant, Paylink } from '../src/model.ts';

const font = 'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const body = `${font};font-size:16px;line-height:24px;color:#1a1f36`;
const small = `${font};font-size:13px;line-height:20px;color:#697386`;
const cell = `${body};padding:12px 0;border-top:1px solid #e3e8ee`;
const linkStyle = 'color:#1f4fd8;text-decoration:underline;word-break:break-all';

const sheet = `
:root { color-scheme: light dark; supported-color-schemes: light dark }
a { text-decoration: none }
@media (max-width: 620px) {
  .outer { padding: 0 !important }
  .card { border-radius: 0 !important; border-width: 0 !important }
  .pad { padding-left: 24px !important; padding-right: 24px !important }
  .total { font-size: 32px !important }
  .button { width: 100% !important }
}
@media (prefers-color-scheme: dark) {
  body, .page { background-color: #101216 !important }
  .card { background-color: #1d2027 !important; border-color: #2d323c !important }
  .ink { color: #f2f3f5 !important; border-color: #2d323c !important }
  .soft { color: #a9b1bc !important }
  .memo { background-color: #262b34 !important }
}
`;

const table = { role: 'presentation', cellpadding: '0', cellspacing: '0', border: 0 };

type Links = { pay: string; unsubscribe: string };

/** What both forms of the message say, in the customer's locale. */
function viewOf(paylink: Paylink, merchant: Merchant) {
  const { customer, currencyCode, lineItems, subTotal, shipping, tax } = paylink;
  const locale = customer.locale ?? merchant.locale;
  const currency = new Intl.NumberFormat(locale, { style: 'currency', currency: currencyCode });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  const minorUnits = 10 ** (currency.resolvedOptions().maximumFractionDigits ?? 2);
  const money = (minor: number) => currency.format(minor / minorUnits);
  const total = money(paylink.total);
  const sums = [
    { label: 'Subtotal', amount: money(subTotal) },
    ...(shipping === null ? [] : [{ label: 'Shipping', amount: money(shipping) }]),
    ...(tax === null ? [] : [{ label: 'Tax', amount: money(tax) }]),
  ];
  return {
    subject: `${merchant.name}: payment request for ${total}`,
    greeting: customer.firstName ? `Hello ${customer.firstName},` : 'Hello,',
    total,
    expires: `${date.format(paylink.expiration)} UTC`,
    description: paylink.description,
    memo: paylink.memo,
    items: lineItems.map((item) => ({
      name: item.description ?? item.sku ?? 'Item',
      detail: `${item.quantity} × ${money(item.price)}${item.tax ? ` + ${money(item.tax)} tax` : ''}`,
      amount: money(item.price * item.quantity + (item.tax ?? 0)),
    })),
    sums: sums.length > 1 ? sums : [],
    merchant: merchant.name,
    brand: merchant.brandColor ?? '#1f4fd8',
    logoUrl: merchant.logoUrl,
    supportEmail: merchant.supportEmail,
  };
}

type View = ReturnType<typeof viewOf>;

const Section = ({ padding, align, children }: { padding: string; align?: 'center'; children?: Child }) => (
  <tr>
    <td class="pad ink" align={align} style={`${body};padding:${padding};word-break:break-word`}>
      {children}
    </td>
  </tr>
);

const Row = ({ label, detail, amount, bold }: { label: string; detail?: string; amount: string; bold?: boolean }) => {
  const style = bold ? `${cell};font-weight:700` : cell;
  return (
    <tr>
      <td class="ink" style={`${style};word-break:break-word`}>
        {label}
        {detail && (
          <div class="soft" style={small}>
            {detail}
          </div>
        )}
      </td>
      <td class="ink" align="right" style={`${style};vertical-align:top;white-space:nowrap`}>
        {amount}
      </td>
    </tr>
  );
};

const Breakdown = ({ view }: { view: View }) => (
  <table {...table} width="100%" style="border-collapse:collapse">
    {view.items.map(({ name, detail, amount }) => (
      <Row key={name} label={name} detail={detail} amount={amount} />
    ))}
    {view.sums.map(({ label, amount }) => (
      <Row key={label} label={label} amount={amount} />
    ))}
    <Row label="Total" amount={view.total} bold />
  </table>
);

const PayButton = ({ view, href }: { view: View; href: string }) => (
  <table class="button" {...table} align="center" style="margin:0 auto">
    <tr>
      <td align="center" bgcolor={view.brand} style={`background-color:${view.brand};border-radius:8px`}>
        <a
          href={href}
          style={`${body};display:inline-block;padding:15px 44px;font-weight:700;color:#ffffff;text-decoration:none;border-radius:8px`}
        >
          Pay {view.total}
        </a>
      </td>
    </tr>
  </table>
);

const Card = ({ view, pay }: { view: View; pay: string }) => (
  <table
    class="card"
    {...table}
    width="100%"
    style="max-width:600px;background-color:#ffffff;border:1px solid #e3e8ee;border-radius:12px;border-collapse:separate;overflow:hidden"
  >
    <tr>
      <td
        height="6"
        bgcolor={view.brand}
        style={`height:6px;line-height:6px;font-size:0;background-color:${view.brand}`}
      >
        &nbsp;
      </td>
    </tr>
    <Section padding="28px 40px 0">
      {view.logoUrl ? <img src={view.logoUrl} alt={view.merchant} height="40" /> : <b>{view.merchant}</b>}
    </Section>
    <Section padding="24px 40px 0">
      <p style="margin:0 0 8px">{view.greeting}</p>
      <p style="margin:0">
        <b>{view.merchant}</b> has sent you a payment request
        {view.description && ` for “${view.description}”`}.
      </p>
    </Section>
    <Section padding="24px 40px 0" align="center">
      <div class="soft" style={`${small};letter-spacing:.04em;text-transform:uppercase`}>
        Amount due
      </div>
      <div class="ink total" style={`${body};font-size:40px;line-height:52px;font-weight:700`}>
        {view.total}
      </div>
    </Section>
    <Section padding="16px 40px 0" align="center">
      <PayButton view={view} href={pay} />
      <div class="soft" style={`${small};padding-top:12px`}>
        This link expires on {view.expires}.
      </div>
    </Section>
    {view.items.length > 0 && (
      <Section padding="28px 40px 0">
        <Breakdown view={view} />
      </Section>
    )}
    {view.memo && (
      <Section padding="24px 40px 0">
        <div
          class="memo"
          style={`${body};background-color:#f4f5f7;border-radius:8px;padding:14px 16px;white-space:pre-line`}
        >
          {view.memo}
        </div>
      </Section>
    )}
    <tr>
      <td class="pad soft" style={`${small};padding:24px 40px 32px;word-break:break-word`}>
        {view.supportEmail && (
          <p style="margin:0 0 8px">
            Questions? Write to{' '}
            <a href={`mailto:${view.supportEmail}`} style={linkStyle}>
              {view.supportEmail}
            </a>
            .
          </p>
        )}
        <p style="margin:0">
          If the button does not work, open{' '}
          <a href={pay} style={linkStyle}>
            {pay}
          </a>
        </p>
      </td>
    </tr>
  </table>
);

const Footer = ({ view, unsubscribe }: { view: View; unsubscribe: string }) => (
  <table {...table} width="100%" style="max-width:600px">
    <tr>
      <td class="pad soft" align="center" style={`${small};padding:20px 40px 24px;word-break:break-word`}>
        You get this email because {view.merchant} sent you a payment request.
        <br />
        <a class="soft" href={unsubscribe} style="color:#697386;text-decoration:underline">
          Unsubscribe
        </a>{' '}
        from payment requests of this merchant.
      </td>
    </tr>
  </table>
);

/** Keeps the body's first words out of a mailbox's list. */
const filler = '\u034f\u200c\u00a0'.repeat(40);

const Email = ({ view, links }: { view: View; links: Links }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width,initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
      <meta name="format-detection" content="telephone=no,date=no,address=no,email=no" />
      <title>{view.subject}</title>
      <style>{sheet}</style>
    </head>
    <body style="margin:0;padding:0;background-color:#f2f4f7;-webkit-text-size-adjust:100%">
      <div style="display:none;max-height:0;overflow:hidden;mso-hide:all">
        Pay {view.total} to {view.merchant} by {view.expires}.{filler}
      </div>
      <table class="page" {...table} width="100%" style="background-color:#f2f4f7">
        <tr>
          <td class="outer" align="center" style="padding:32px 12px">
            <Card view={view} pay={links.pay} />
            <Footer view={view} unsubscribe={links.unsubscribe} />
          </td>
        </tr>
      </table>
    </body>
  </html>
);

const textOf = (view: View, { pay, unsubscribe }: Links) =>
  [
    view.greeting,
    `${view.merchant} requests a payment of ${view.total}.`,
    view.description,
    view.items.map(({ name, detail, amount }) => `- ${name} (${detail}): ${amount}`).join('\n'),
    [...view.sums.map(({ label, amount }) => `${label}: ${amount}`), `Total: ${view.total}`].join('\n'),
    view.memo,
    `Pay here:\n${pay}`,
    `This link expires on ${view.expires}.`,
    view.supportEmail && `Questions? Write to ${view.supportEmail}.`,
    `--\nYou get this email because ${view.merchant} sent you a payment request.\nUnsubscribe: ${unsubscribe}`,
  ]
    .filter(Boolean)
    .join('\n\n');

/** The email with hono/jsx, and its text; formatters are made once a message. */
export function composeEmail(paylink: Paylink, merchant: Merchant, links: Links) {
  const view = viewOf(paylink, merchant);
  return {
    subject: view.subject,
    html: `<!DOCTYPE html>${<Email view={view} links={links} />}`,
    text: textOf(view, links),
  };
}
