import type { Child } from 'hono/jsx';
import type { JsonObject } from '../../model/values.ts';
import { type AuditRow, listAudit } from '../../store/audit.ts';
import { Panel } from './parts/panel.tsx';
import { type Column, Paging, Table } from './parts/table.tsx';
import { Time } from './parts/time.tsx';
import type { Visit } from './visit.ts';

const ROWS = 50;

const things: { [thing: string]: string } = {
  merchant: 'Merchant',
  credential: 'Key',
  settings: 'Settings',
  endpoint: 'Webhook endpoint',
  suppression: 'Suppression',
  consent: 'Consent',
  recipient: 'Recipient',
  delivery: 'Delivery',
};

/** `credential.issued` as `Key issued`. */
function actionText(action: string): string {
  const [thing = '', done = ''] = action.split('.');
  return `${things[thing] ?? thing} ${done.replaceAll('_', ' ')}`;
}

/** Who did it. */
const actorText = ({ actorKind, actorId, actorLabel }: AuditRow): string => {
  const kinds = {
    credential: 'Key',
    operator: 'Operator',
    customer: 'Customer',
    provider: 'Provider',
    gateway: 'Gateway',
  };
  return [kinds[actorKind], actorLabel ?? actorId?.slice(0, 12)].filter(Boolean).join(' ');
};

const valueText = (value: unknown): string => {
  if (value === null) return 'nothing';
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ') || 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** The details in one line. */
const detailsText = (details: JsonObject | null): string =>
  Object.entries(details ?? {})
    .map(([name, value]) => `${name}: ${valueText(value)}`)
    .join('; ');

/** Where the merchant's console has more of what an entry is about. */
const places: { [thing: string]: string } = {
  consent: '/console/paylinks',
  delivery: '/console/paylinks',
  endpoint: '/console/webhooks',
};

/** What an entry is about: its id, with the way to its page in the merchant's console. */
const Subject = ({ row: { action, subject }, links }: { row: AuditRow; links: boolean }) => {
  const place = places[action.split('.')[0] ?? ''];
  if (subject === null) return null;
  return links && place ? (
    <a href={`${place}/${subject}`}>
      <code>{subject}</code>
    </a>
  ) : (
    <code>{subject}</code>
  );
};

const columnsOf = (
  zone: string,
  now: number,
  links: boolean,
): [Column<AuditRow>, Column<AuditRow>, ...Column<AuditRow>[]] => [
  { name: 'What', cell: ({ action }) => actionText(action) },
  { name: 'When', number: true, cell: ({ at }) => <Time at={at} zone={zone} now={now} /> },
  { name: 'Who', cell: actorText },
  { name: 'Which', whole: true, cell: (row) => <Subject row={row} links={links} /> },
  { name: 'Details', whole: true, cell: ({ details }) => <span class="small soft">{detailsText(details)}</span> },
];

/** A UUID, which is where a page may begin. */
const placeOf = (text: string | undefined): string | null =>
  text !== undefined && /^[0-9a-f-]{36}$/.test(text) ? text : null;

/** A page of the audit log, newest first, from the row after `?before=` on. `merchantId` null: everyone's; `whose` is then the column that names them. */
export async function auditList(
  { c }: Visit,
  of: { merchantId: string | null; path: string; zone: string; empty: Child; whose?: Column<AuditRow> },
) {
  const before = placeOf(c.req.query('before'));
  const found = await listAudit(c.env.DB, of.merchantId, { before, limit: ROWS + 1 });
  const page = found.slice(0, ROWS);
  const last = page.at(-1);
  const [what, when, ...rest] = columnsOf(of.zone, c.get('now'), of.merchantId !== null);
  return (
    <Panel plain>
      <Table
        label="Audit log"
        columns={[what, when, ...(of.whose ? [of.whose] : []), ...rest]}
        rows={page}
        empty={of.empty}
      />
      {page.length > 0 ? (
        <Paging
          text={`${page.length} entries`}
          newer={before ? of.path : null}
          older={found.length > ROWS && last ? `${of.path}?before=${last.id}` : null}
        />
      ) : null}
    </Panel>
  );
}
