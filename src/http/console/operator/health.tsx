import { type HealthNow, healthNow } from '../../admin/health.ts';
import { span } from '../clock.ts';
import { Figure } from '../overview/plots.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Empty, Table } from '../parts/table.tsx';
import { channelWords, providerOf } from '../paylinks/words.ts';
import { shell } from '../shell.tsx';
import type { OperatorVisit } from '../visit.ts';

type Provider = HealthNow['providers'][number];

const number = (count: number): string => count.toLocaleString('en-US');
const bytes = (size: number): string => `${(size / 1024 / 1024).toFixed(1)} MB`;
const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`);

const columns: Column<Provider>[] = [
  {
    name: 'Provider',
    cell: ({ channel, provider }) =>
      `${providerOf(provider)}, ${channel === 'EMAIL' || channel === 'SMS' ? channelWords[channel] : channel}`,
  },
  { name: 'Attempts', named: true, number: true, cell: ({ attempts }) => number(attempts) },
  {
    name: 'Taken',
    named: true,
    number: true,
    cell: ({ statuses, attempts }) => share((statuses.SENT ?? 0) + (statuses.DELIVERED ?? 0), attempts),
  },
  { name: 'Failed', named: true, number: true, cell: ({ statuses }) => number(statuses.FAILED ?? 0) },
  { name: 'Bounced', named: true, number: true, cell: ({ statuses }) => number(statuses.BOUNCED ?? 0) },
  { name: 'Unknown', named: true, number: true, cell: ({ statuses }) => number(statuses.UNKNOWN ?? 0) },
];

const facts = ({ sealing, stores, webhooks }: HealthNow): [name: string, value: string][] => [
  ['Merchants so far', number(stores.merchants)],
  ['Paylinks so far', number(stores.paylinks)],
  ['Webhook endpoints', `${number(webhooks.endpoints)}, ${webhooks.failing} failing, ${webhooks.disabled} off`],
  [
    'Sealing',
    sealing.changing ? `${number(sealing.left)} secrets are still under an old key` : 'No key is being changed',
  ],
];

/** `/console/operator/health`: providers of the last hour, webhooks that wait, sealing, and sizes. */
export async function operatorHealth(visit: OperatorVisit): Promise<Response> {
  const now = visit.c.get('now');
  const health = await healthNow(visit.c);
  const { due, oldestDueAt, givenUp } = health.webhooks;
  const waits = oldestDueAt === null ? 'none waits' : `the oldest for ${span(Math.max(0, now - oldestDueAt))}`;
  return shell(
    visit,
    { title: 'Health', about: 'Of the last hour. Load the page again for newer numbers.' },
    <>
      <div class="figures">
        <Figure name="Webhooks due" value={number(due)} hint={waits} />
        <Figure name="Webhooks given up" value={number(givenUp)} hint="in the last hour" />
        <Figure name="Database" value={bytes(health.stores.databaseBytes)} hint="of 10 GB" />
      </div>
      <div class="gap">
        <Panel title="Providers" plain>
          <Table
            label="Providers"
            columns={columns}
            rows={health.providers}
            empty={<Empty title="Nobody was asked in this hour" />}
          />
        </Panel>
        <Panel title="Sealing and sizes">
          <dl class="facts">
            {facts(health).map(([name, value]) => (
              <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Panel>
      </div>
    </>,
  );
}
