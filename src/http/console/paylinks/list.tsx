import { money } from '../../../delivery/message/format.ts';
import type { Merchant, Paylink } from '../../../model.ts';
import { statusAt } from '../../../paylinks/domain/status.ts';
import { listChildren } from '../../../store/merchants.ts';
import { nextCursor, parseCursor } from '../../rest/paging.ts';
import { verbContext } from '../../verb-context.ts';
import { Badge, Panel } from '../parts/panel.tsx';
import { type Column, Empty, Paging, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { shell } from '../shell.tsx';
import { type MerchantVisit, may } from '../visit.ts';
import { type Asked, addressOf, askedOf, asksNothing } from './filter.ts';
import { findPaylinks } from './find.ts';
import { SearchForm } from './search-form.tsx';
import { channelWords, customerOf, deliveryWords, latestDelivery, statusWords } from './words.ts';

type Names = ReadonlyMap<string, string>;

function columnsOf(merchant: Merchant, names: Names, asked: Asked, now: number): Column<Paylink>[] {
  const zone = merchant.timeZone ?? 'UTC';
  const several = asked.merchant !== '';
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
    several && { name: 'Merchant', cell: ({ merchantId }) => names.get(merchantId) ?? merchantId },
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
  const { page, more } = found;
  const last = page.at(-1);
  const older = asked.q === '' ? nextCursor(more, last && { at: last.createdAt, id: last.id }) : null;
  const count = `${page.length}${more ? ' newest' : ''} ${page.length === 1 ? 'Paylink' : 'Paylinks'}`;
  const text = more && asked.q !== '' ? `${count}. Narrow the search to see others.` : count;
  return shell(
    visit,
    {
      title: 'Paylinks',
      about: `Times by the clock of ${merchant.timeZone ?? 'UTC'}.`,
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
          columns={columnsOf(merchant, names, asked, now)}
          rows={page}
          empty={<NothingFound asked={asked} writes={may(visit, 'paylinks:write')} />}
        />
        {page.length > 0 ? (
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
