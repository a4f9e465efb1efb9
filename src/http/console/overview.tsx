import type { Paylink } from '../../model.ts';
import type { Context } from '../../paylinks/context.ts';
import { searchPaylinks } from '../../paylinks/search.ts';
import { endpointContext, endpointsOf } from '../../webhooks/endpoints.ts';
import { verbContext } from '../verb-context.ts';
import { Panel } from './parts/panel.tsx';
import { Empty, Table } from './parts/table.tsx';
import { paylinkColumns } from './paylinks/columns.tsx';
import { shell } from './shell.tsx';
import type { MerchantVisit } from './visit.ts';

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

/** `/console`: what needs a look, and what came last. */
export async function overview(visit: MerchantVisit): Promise<Response> {
  const { c, caller } = visit;
  const ctx = verbContext(c, caller);
  const [worrying, newest, failing] = await Promise.all([worries(ctx), found(ctx, {}), failingEndpoints(visit)]);
  const columns = paylinkColumns(caller.merchant, ctx.now);
  return shell(
    visit,
    { title: 'Overview', about: `Times by the clock of ${caller.merchant.timeZone ?? 'UTC'}.` },
    <>
      {failing > 0 ? (
        <p class="flash bad" role="alert">
          <span>
            {failing === 1 ? 'A webhook endpoint takes' : `${failing} webhook endpoints take`} no events.{' '}
            <a href="/console/webhooks">Look at it</a>
          </span>
        </p>
      ) : null}
      <Panel title="Needs a look" plain>
        <Table
          label="Needs a look"
          columns={columns}
          rows={worrying}
          empty={
            <Empty title="All is well">
              <p>Paylinks of this week whose message failed, or whose outcome nobody knows, are listed here.</p>
            </Empty>
          }
        />
      </Panel>
      <Panel title="Newest" actions={<a href="/console/paylinks">All Paylinks</a>} plain>
        <Table label="Newest" columns={columns} rows={newest} empty={<Empty title="No Paylinks yet" />} />
      </Panel>
    </>,
  );
}
