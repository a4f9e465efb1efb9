import { type HealthNow, healthNow, hostOf } from '../../admin/health.ts';
import { span } from '../clock.ts';
import { Figure, percent } from '../overview/plots.tsx';
import { Badge, Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { channelWords, providerOf } from '../paylinks/words.ts';
import { shell } from '../shell.tsx';
import type { OperatorVisit } from '../visit.ts';
import { operatorPath } from './merchants.tsx';

type Provider = HealthNow['providers'][number];

/** What a panel says that has nothing to show, which is good news here: one line. */
const Nothing = ({ children }: { children: string }) => (
  <div class="body">
    <p class="soft">{children}</p>
  </div>
);

const number = (count: number): string => count.toLocaleString('en-US');
const bytes = (size: number): string => `${(size / 1024 / 1024).toFixed(1)} MB`;

const columns: Column<Provider>[] = [
  {
    name: 'Provider',
    cell: ({ channel, provider }) =>
      `${providerOf(provider)}, ${channel === 'EMAIL' || channel === 'SMS' ? channelWords[channel] : channel}`,
  },
  {
    name: 'Accepted',
    named: true,
    number: true,
    cell: ({ sent, failed, unknown }) => `${number(sent)} (${percent(sent, sent + failed + unknown)})`,
  },
  { name: 'Delivered', named: true, number: true, cell: ({ delivered }) => number(delivered) },
  { name: 'Failed', named: true, number: true, cell: ({ failed }) => number(failed) },
  { name: 'Bounced', named: true, number: true, cell: ({ bounced }) => number(bounced) },
  { name: 'Unknown', named: true, number: true, cell: ({ unknown }) => number(unknown) },
];

const merchantColumn: Column<{ merchantId: string; name: string }> = {
  name: 'Merchant',
  cell: ({ merchantId, name }) => (
    <a class="main-link" href={`${operatorPath}/merchants/${merchantId}`}>
      {name}
    </a>
  ),
};

const unknownColumns = (now: number): Column<HealthNow['unknown'][number]>[] => [
  merchantColumn,
  { name: 'Unknown', named: true, number: true, cell: ({ unknown }) => number(unknown) },
  {
    name: 'Last in the hour from',
    named: true,
    number: true,
    cell: ({ lastHour }) => <Time at={lastHour} zone="UTC" now={now} />,
  },
];

const overQuotaColumns = (now: number): Column<HealthNow['overQuota'][number]>[] => [
  merchantColumn,
  { name: 'Refused', named: true, number: true, cell: ({ refused }) => `at least ${number(refused)}` },
  { name: 'Last', named: true, number: true, cell: ({ lastAt }) => <Time at={lastAt} zone="UTC" now={now} /> },
];

const troubledColumns = (now: number): Column<HealthNow['webhooks']['troubled'][number]>[] => [
  merchantColumn,
  { name: 'Endpoint', cell: ({ url }) => hostOf(url) },
  {
    name: 'State',
    cell: ({ disabledAt }) =>
      disabledAt === null ? <Badge tone="warn">Failing</Badge> : <Badge tone="bad">Off</Badge>,
  },
  {
    name: 'Since',
    named: true,
    number: true,
    cell: ({ disabledAt, failingSince }) => <Time at={disabledAt ?? failingSince ?? now} zone="UTC" now={now} />,
  },
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

const counted = (at: number | null, now: number): string =>
  at === null ? 'not counted yet' : `this hour and the last, counted ${span(Math.max(0, now - at))} ago`;

/** `/console/operator/health`: providers and merchants that need a look, webhooks that wait, sealing, and sizes. */
export async function operatorHealth(visit: OperatorVisit): Promise<Response> {
  const now = visit.c.get('now');
  const health = await healthNow(visit.c);
  const { due, oldestDueAt, givenUp } = health.webhooks;
  const waits = oldestDueAt === null ? 'none waits' : `the oldest for ${span(Math.max(0, now - oldestDueAt))}`;
  return shell(
    visit,
    {
      title: 'Health',
      about: 'Times in UTC.',
      actions: (
        <a class="button quiet" href={`${operatorPath}/health`}>
          Refresh
        </a>
      ),
    },
    <>
      <div class="figures">
        <Figure name="Webhooks due" value={number(due)} hint={waits} />
        <Figure name="Webhooks given up" value={number(givenUp)} hint="in the last hour" />
        <Figure name="Database" value={bytes(health.stores.databaseBytes)} hint="of 10 GB" />
      </div>
      <div class="gap">
        <Panel title="Providers" actions={<span class="soft small">{counted(health.countedAt, now)}</span>} plain>
          <Table
            label="Providers"
            columns={columns}
            rows={health.providers}
            empty={<Nothing>Nobody was asked in this hour and the last.</Nothing>}
          />
        </Panel>
        <Panel title="Outcome unknown" actions={<span class="soft small">last two days</span>} plain>
          <Table
            label="Outcome unknown"
            columns={unknownColumns(now)}
            rows={health.unknown}
            empty={<Nothing>Every outcome is known.</Nothing>}
          />
        </Panel>
        <Panel title="Over quota" actions={<span class="soft small">last 24 hours</span>} plain>
          <Table
            label="Over quota"
            columns={overQuotaColumns(now)}
            rows={health.overQuota}
            empty={<Nothing>No merchant was refused for its quota.</Nothing>}
          />
        </Panel>
        <Panel title="Webhook endpoints in trouble" plain>
          <Table
            label="Webhook endpoints in trouble"
            columns={troubledColumns(now)}
            rows={health.webhooks.troubled}
            empty={<Nothing>Every endpoint takes its events.</Nothing>}
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
