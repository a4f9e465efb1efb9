import { money } from '../../../delivery/message/format.ts';
import type { Merchant } from '../../../model/merchant.ts';
import type { Paylink } from '../../../model/paylink.ts';
import { statusAt } from '../../../paylinks/domain/status.ts';
import { Badge } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { channelWords, customerOf, deliveryWords, latestDelivery, statusWords } from './words.ts';

type Names = ReadonlyMap<string, string>;

/** What lists show of a Paylink. @param names the merchants' names by id, where there are several; null: it is one merchant's list */
export function paylinkColumns(merchant: Merchant, now: number, names: Names | null = null): Column<Paylink>[] {
  const zone = merchant.timeZone ?? 'UTC';
  const columns: (Column<Paylink> | false)[] = [
    {
      name: 'Customer',
      cell: (paylink) => (
        <>
          <a class="main-link" href={`/console/paylinks/${paylink.id}`}>
            {customerOf(paylink)}
          </a>
          {secondLine(paylink)}
        </>
      ),
    },
    {
      name: 'Amount',
      number: true,
      cell: ({ total, currencyCode }) => money(total, currencyCode, merchant.locale),
    },
    { name: 'Last message', cell: (paylink) => <LastMessage paylink={paylink} /> },
    {
      name: 'Status',
      cell: (paylink) => {
        const { text, tone } = statusWords[statusAt(paylink, now)];
        return <Badge tone={tone}>{text}</Badge>;
      },
    },
    { name: 'Invoice', cell: ({ merchantInvoiceId }) => merchantInvoiceId ?? <span class="soft">–</span> },
    names !== null && { name: 'Merchant', cell: ({ merchantId }) => names.get(merchantId) ?? merchantId },
    { name: 'Created', number: true, cell: ({ createdAt }) => <Time at={createdAt} zone={zone} now={now} /> },
  ];
  return columns.filter((column) => column !== false);
}

/** Where it is sent, if the line above says the name. */
function secondLine(paylink: Paylink) {
  const first = customerOf(paylink);
  const address = paylink.customer.email ?? paylink.customer.phone;
  return address && address !== first ? <div class="soft small">{address}</div> : null;
}

const LastMessage = ({ paylink }: { paylink: Paylink }) => {
  const latest = latestDelivery(paylink);
  if (!latest) return <span class="soft">None yet</span>;
  const { text, tone } = deliveryWords[latest.status];
  return (
    <Badge tone={tone}>
      {channelWords[latest.channel]}: {text.toLowerCase()}
    </Badge>
  );
};
