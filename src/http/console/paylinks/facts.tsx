import type { Child } from 'hono/jsx';
import { money } from '../../../delivery/message/format.ts';
import type { Paylink } from '../../../model/paylink.ts';
import { amountDue, amountPaid } from '../../../paylinks/domain/amounts.ts';
import { isActive } from '../../../paylinks/domain/status.ts';
import { Time } from '../parts/time.tsx';

type Props = { paylink: Paylink; link: string; zone: string; now: number; locale: string };

const Fact = ({ name, children }: { name: string; children: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** The link, what is paid for, and who by. */
export const Facts = ({ paylink, link, zone, now, locale }: Props) => {
  const { customer, currencyCode } = paylink;
  const amount = (minor: number) => money(minor, currencyCode, locale);
  const paid = amountPaid(paylink);
  const active = isActive(paylink, now);
  const text = (name: string, value: string | null) => (value ? <Fact name={name}>{value}</Fact> : null);
  return (
    <dl class="facts">
      <Fact name="Link">
        <a class="mono" href={`${link}?preview`} target="_blank" rel="noopener noreferrer">
          {link}
        </a>
        <span class="row">
          <button class="button quiet small" type="button" data-copy={link} hidden>
            Copy link
          </button>
          <a
            class="button quiet small"
            href={`/console/paylinks/${paylink.id}/qr.svg`}
            download={`paylink-${paylink.code}.svg`}
          >
            QR code
          </a>
        </span>
      </Fact>
      {text('Email', customer.email)}
      {text('Phone', customer.phone)}
      {text('Customer', [customer.firstName, customer.lastName].filter(Boolean).join(' '))}
      {text('Customer’s number', customer.paylinkCustomerId)}
      <Fact name="Consent to messages">
        {paylink.customerConsent ? 'Yes' : 'No'}
        {paylink.consent?.source ? `: ${paylink.consent.source}` : ''}
        {paylink.consent?.capturedAt ? (
          <span>
            on <Time at={paylink.consent.capturedAt} zone={zone} now={now} />
          </span>
        ) : null}
        {paylink.consent?.text ? <span class="soft small">“{paylink.consent.text}”</span> : null}
        {paylink.consent?.ip ? <span class="soft small">from {paylink.consent.ip}</span> : null}
      </Fact>
      {text('Description', paylink.description)}
      {text('Note', paylink.memo)}
      {paylink.lineItems.map((item) => (
        <Fact name={`${item.quantity} × ${item.description ?? item.sku ?? 'Item'}`}>
          {amount(item.price * item.quantity + (item.tax ?? 0))}
        </Fact>
      ))}
      {paylink.shipping === null ? null : <Fact name="Shipping">{amount(paylink.shipping)}</Fact>}
      {paylink.tax === null ? null : <Fact name="Tax">{amount(paylink.tax)}</Fact>}
      <Fact name="Total">{amount(paylink.total)}</Fact>
      {paid > 0 ? <Fact name="Paid">{amount(paid)}</Fact> : null}
      {active ? <Fact name="Still due">{amount(amountDue(paylink))}</Fact> : null}
      {paylink.orders.map((order) => (
        <Fact name={`Order ${order.id}`}>
          {amount(order.amount)}
          {order.refunded > 0 ? `, ${amount(order.refunded)} refunded` : ''}
        </Fact>
      ))}
      {text('Invoice', paylink.merchantInvoiceId)}
      <Fact name={active ? 'Can be paid until' : 'Could be paid until'}>
        <Time at={paylink.expiration} zone={zone} now={now} />
      </Fact>
      <Fact name="Id">
        <code>{paylink.id}</code>
      </Fact>
      {paylink.metadata === null ? null : (
        <Fact name="Metadata">
          <pre>{JSON.stringify(paylink.metadata, null, 2)}</pre>
        </Fact>
      )}
    </dl>
  );
};
