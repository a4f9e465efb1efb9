import { money } from '../../../delivery/message/format.ts';
import { HOUR_MS } from '../../../lib/durations.ts';
import type { DeliveryStatus } from '../../../model/delivery.ts';
import type { Merchant } from '../../../model/merchant.ts';
import { addDays, dayOfHour } from '../../../stats/days.ts';
import { statsOf } from '../../../stats/stats.ts';
import { span } from '../clock.ts';
import { Badge, Panel } from '../parts/panel.tsx';
import { Empty, Table } from '../parts/table.tsx';
import { channelWords, deliveryWords, providerOf } from '../paylinks/words.ts';
import { type DayCount, Days, Figure, Funnel } from './plots.tsx';

/** For how many days there is a link. */
export const RANGES = [7, 30, 90] as const;
export type Range = (typeof RANGES)[number];

/** The days that the address asks for; 30 for any other text. */
export const rangeOf = (text: string | undefined): Range => RANGES.find((days) => String(days) === text) ?? 30;

const medianText = (seconds: number | null): string => (seconds === null ? '–' : span(seconds * 1000));
const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${Math.round((part / whole) * 100)}%`);

type Counts = Extract<Awaited<ReturnType<typeof statsOf>>, { kind: 'done' }>['stats'];
type Way = Record<'sent' | 'delivered' | 'bounced' | 'failed' | 'unknown', number> &
  Record<'channel' | 'provider', string>;
const isWay = (row: object): row is Way => 'provider' in row;
const isDay = (row: object): row is DayCount => 'day' in row;

export type StatsNumbers = { daily: Counts; byProvider: Counts };

/** What is counted of the last days, by day and by provider. Two D1 batches at once; null: the range is none. */
export async function numbersOf(
  db: D1Database,
  merchant: Merchant,
  range: Range,
  now: number,
): Promise<StatsNumbers | null> {
  const today = dayOfHour(Math.floor(now / HOUR_MS), merchant.timeZone ?? 'UTC');
  const from = addDays(today, 1 - range);
  const [daily, byProvider] = await Promise.all([
    statsOf(db, merchant, { from, groupBy: 'day' }, now),
    statsOf(db, merchant, { from, groupBy: 'provider' }, now),
  ]);
  return daily.kind === 'done' && byProvider.kind === 'done'
    ? { daily: daily.stats, byProvider: byProvider.stats }
    : null;
}

/** Figures, the funnel, the plot by day, and deliveries by channel and provider. */
export const Numbers = (props: { numbers: StatsNumbers; merchant: Merchant; range: Range }) => {
  const { merchant, range } = props;
  const { daily, byProvider } = props.numbers;
  const { totals } = daily;
  const dayRows: object[] = daily.data;
  const wayRows: object[] = byProvider.data;
  const days = dayRows.filter(isDay);
  const ways = wayRows.filter(isWay);
  if (totals.created === 0 && totals.sent === 0)
    return (
      <Panel plain>
        <Empty title="No numbers yet">
          <p>What is created, sent, opened and paid in these {range} days is counted here, at most an hour later.</p>
        </Empty>
      </Panel>
    );
  return (
    <>
      <div class="figures">
        <Figure name="Paylinks" value={totals.created.toLocaleString('en-US')} hint="created" />
        <Figure
          name="Opened"
          value={share(totals.opened, totals.created)}
          hint={`after ${medianText(totals.medianSecondsToOpen)} (median)`}
        />
        <Figure
          name="Paid"
          value={share(totals.paid, totals.created)}
          hint={`after ${medianText(totals.medianSecondsToPay)} (median)`}
        />
        {totals.amounts.slice(0, 2).map(({ currencyCode, paid, requested }) => (
          <Figure
            name={`Received in ${currencyCode}`}
            value={money(paid, currencyCode, merchant.locale)}
            hint={`of ${money(requested, currencyCode, merchant.locale)}`}
          />
        ))}
      </div>
      <div class="columns">
        <Panel title="From creation to payment">
          <Funnel
            stages={[
              { name: 'Created', count: totals.created, of: 'Paylinks' },
              { name: 'Sent', count: totals.sent, of: 'messages' },
              { name: 'Delivered', count: totals.delivered, of: 'messages', whole: totals.sent },
              { name: 'Opened', count: totals.opened, of: 'Paylinks', whole: totals.created },
              { name: 'Paid', count: totals.paid, of: 'Paylinks', whole: totals.created },
            ]}
          />
        </Panel>
        <Panel title="By day">
          <Days days={days} />
        </Panel>
      </div>
      <Panel title="Deliveries" plain>
        <Table
          label="Deliveries by channel and provider"
          rows={ways}
          columns={[
            {
              name: 'By',
              cell: ({ channel, provider }) =>
                `${channel === 'EMAIL' || channel === 'SMS' ? channelWords[channel] : channel}, ${providerOf(provider).replace(/^The /, 'the ')}`,
            },
            { name: 'Sent', named: true, number: true, cell: ({ sent }) => sent.toLocaleString('en-US') },
            { name: 'Delivered', named: true, number: true, cell: ({ delivered, sent }) => share(delivered, sent) },
            { name: 'Bounced', named: true, number: true, cell: ({ bounced, sent }) => share(bounced, sent) },
            {
              name: 'Failed',
              named: true,
              number: true,
              cell: ({ failed }) => <Some count={failed} status="FAILED" />,
            },
            {
              name: 'Unknown',
              named: true,
              number: true,
              cell: ({ unknown }) => <Some count={unknown} status="UNKNOWN" />,
            },
          ]}
          empty={<Empty title="No messages in this time" />}
        />
      </Panel>
    </>
  );
};

/** A number of deliveries, with the way to their Paylinks. */
const Some = ({ count, status }: { count: number; status: DeliveryStatus }) => {
  const text = count.toLocaleString('en-US');
  if (count === 0) return <>{text}</>;
  return (
    <a href={`/console/paylinks?delivery=${status}`}>
      {status === 'UNKNOWN' ? <Badge tone="warn">{text}</Badge> : text}
      <span class="out"> {deliveryWords[status].text.toLowerCase()}</span>
    </a>
  );
};
