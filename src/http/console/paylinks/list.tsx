import { listChildren } from '../../../store/merchants.ts';
import { nextCursor, parseCursor } from '../../rest/paging.ts';
import { verbContext } from '../../verb-context.ts';
import { Panel } from '../parts/panel.tsx';
import { Empty, Paging, Table } from '../parts/table.tsx';
import { shell } from '../shell.tsx';
import { type MerchantVisit, may } from '../visit.ts';
import { paylinkColumns } from './columns.tsx';
import { type Asked, addressOf, askedOf, asksNothing } from './filter.ts';
import { findPaylinks } from './find.ts';
import { SearchForm } from './search-form.tsx';

/** `/console/paylinks`: search, and a page of what is found. */
export async function paylinkList(visit: MerchantVisit): Promise<Response> {
  const { c, caller } = visit;
  const { merchant } = caller;
  const now = c.get('now');
  const asked = askedOf(c.req.query());
  const cursor = parseCursor(c.req.query('cursor'));
  const after = cursor ? { createdAt: cursor.at, id: cursor.id } : undefined;
  const [found, children] = await Promise.all([
    findPaylinks(verbContext(c, caller), asked, merchant, after),
    listChildren(c.env.DB, merchant.id),
  ]);
  if (found.kind === 'one') return c.redirect(`/console/paylinks/${found.paylinkId}`, 303);
  const names = new Map([merchant, ...children].map(({ id, name }) => [id, name]));
  const { page, next } = found;
  const more = next !== null;
  const older = asked.q === '' && next ? nextCursor(true, { at: next.createdAt, id: next.id }) : null;
  const count = `${page.length}${more ? ' newest' : ''} ${page.length === 1 ? 'Paylink' : 'Paylinks'}`;
  const text = more && asked.q !== '' ? `${count}. Narrow the search to see others.` : count;
  return shell(
    visit,
    {
      title: 'Paylinks',
      about: `Time zone: ${merchant.timeZone ?? 'UTC'}.`,
      actions: (
        <div class="row">
          {asked.q === '' ? (
            <a class="button quiet" href={addressOf(asked, {}, '/console/paylinks.csv')}>
              Export CSV
            </a>
          ) : null}
          {may(visit, 'paylinks:write') ? (
            <a class="button" href="/console/paylinks/new">
              New Paylink
            </a>
          ) : null}
        </div>
      ),
    },
    <>
      <SearchForm asked={asked} merchants={children.length > 0 ? [merchant, ...children] : []} />
      <Panel plain>
        <Table
          label="Paylinks"
          columns={paylinkColumns(merchant, now, asked.merchant === '' ? null : names)}
          rows={page}
          empty={<NothingFound asked={asked} writes={may(visit, 'paylinks:write')} />}
        />
        {page.length > 0 || older !== null ? (
          <Paging
            text={text}
            newer={cursor ? addressOf(asked) : null}
            older={older === null ? null : addressOf(asked, { cursor: older })}
          />
        ) : null}
      </Panel>
    </>,
  );
}

const NothingFound = ({ asked, writes }: { asked: Asked; writes: boolean }) =>
  asksNothing(asked) ? (
    <Empty title="No Paylinks yet">
      <p>A Paylink asks a customer for a payment by email or SMS. Create one here, or by the API.</p>
      {writes ? (
        <a class="button" href="/console/paylinks/new">
          Create the first one
        </a>
      ) : null}
    </Empty>
  ) : (
    <Empty title="Nothing is found">
      <p>A customer is found by the whole email address or phone number, an invoice or an order by its whole number.</p>
      <a class="button quiet" href="/console/paylinks">
        Show all
      </a>
    </Empty>
  );
