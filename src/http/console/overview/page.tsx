import type { Paylink } from '../../../model/paylink.ts';
import type { Context } from '../../../paylinks/context.ts';
import { searchPaylinks } from '../../../paylinks/search.ts';
import { endpointContext, endpointsOf } from '../../../webhooks/endpoints.ts';
import { verbContext } from '../../verb-context.ts';
import { Panel } from '../parts/panel.tsx';
import { Empty, Table } from '../parts/table.tsx';
import { paylinkColumns } from '../paylinks/columns.tsx';
import { shell } from '../shell.tsx';
import { type MerchantVisit, may } from '../visit.ts';
import { Numbers, numbersOf, RANGES, type Range, rangeOf } from './numbers.tsx';

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const ROWS = 5;

type Search = Omit<Parameters<typeof searchPaylinks>[1], 'limit'>;

async function found(ctx: Context, search: Search): Promise<Paylink[]> {
  const result = await searchPaylinks(ctx, { ...search, limit: ROWS });
  return result.kind === 'done' ? result.page : [];
}

/** What somebody should look at: of the last week, so that it costs the same however many Paylinks there are. */
async function worries(ctx: Context): Promise<Paylink[]> {
  const createdAfter = ctx.now - WEEK_MS;
  const [unknown, failed] = await Promise.all([
    found(ctx, { deliveryStatus: 'UNKNOWN', createdAfter }),
    found(ctx, { status: ['FAILED'], createdAfter }),
  ]);
  return [...new Map([...unknown, ...failed].map((paylink) => [paylink.id, paylink])).values()];
}

async function failingEndpoints({ c, caller }: MerchantVisit): Promise<number> {
  const endpoints = await endpointsOf(endpointContext(c.env, c.get('config'), caller, c.get('now')));
  return endpoints.filter(({ disabledAt, failingSince }) => disabledAt === null && failingSince !== null).length;
}

const Ranges = ({ range }: { range: Range }) => (
  <nav class="tabs" aria-label="How long">
    {RANGES.map((days) => (
      <a href={days === 30 ? '/console' : `/console?days=${days}`} aria-current={days === range ? 'true' : undefined}>
        {days} days
      </a>
    ))}
  </nav>
);

const NoPaylinks = ({ visit }: { visit: MerchantVisit }) => (
  <Empty title="No Paylinks yet">
    <p>A Paylink asks a customer for a payment by email or SMS. Create one here, or by the API.</p>
    {may(visit, 'paylinks:write') ? (
      <a class="button" href="/console/paylinks/new">
        Create the first one
      </a>
    ) : null}
  </Empty>
);

/** `/console`: how this merchant's Paylinks fare, what needs a look, and what came last. */
export async function overview(visit: MerchantVisit): Promise<Response> {
  const { c, caller } = visit;
  const { merchant } = caller;
  const ctx = verbContext(c, caller);
  const range = rangeOf(c.req.query('days'));
  const [worrying, newest, failing, numbers] = await Promise.all([
    worries(ctx),
    found(ctx, {}),
    failingEndpoints(visit),
    numbersOf(c.env.DB, merchant, range, ctx.now),
  ]);
  const columns = paylinkColumns(merchant, ctx.now);
  return shell(
    visit,
    {
      title: 'Overview',
      about: `Time zone: ${merchant.timeZone ?? 'UTC'}.`,
      actions: <Ranges range={range} />,
    },
    <>
      {failing > 0 ? (
        <p class="flash bad" role="alert">
          <span>
            {failing === 1 ? 'A webhook endpoint takes' : `${failing} webhook endpoints take`} no events.{' '}
            <a href="/console/webhooks">Look at it</a>
          </span>
        </p>
      ) : null}
      {numbers ? <Numbers numbers={numbers} merchant={merchant} range={range} /> : null}
      {worrying.length > 0 ? (
        <Panel title="Needs a look" plain>
          <Table label="Needs a look" columns={columns} rows={worrying} empty={null} />
        </Panel>
      ) : null}
      <Panel title="Newest" actions={<a href="/console/paylinks">All Paylinks</a>} plain>
        <Table label="Newest" columns={columns} rows={newest} empty={<NoPaylinks visit={visit} />} />
      </Panel>
    </>,
  );
}
