import type { JsonObject } from '../../model/values.ts';
import { type AuditRow, listAudit } from '../../store/audit.ts';
import { Panel } from './parts/panel.tsx';
import { type Column, Empty, Paging, Table } from './parts/table.tsx';
import { Time } from './parts/time.tsx';
import { shell } from './shell.tsx';
import type { MerchantVisit } from './visit.ts';

const ROWS = 50;
const path = '/console/audit';

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
export function actionText(action: string): string {
  const [thing = '', done = ''] = action.split('.');
  return `${things[thing] ?? thing} ${done.replaceAll('_', ' ')}`;
}

/** Who did it. */
export const actorText = ({ actorKind, actorId, actorLabel }: AuditRow): string => {
  const kinds = {
    credential: 'Key',
    operator: 'Operator',
    customer: 'Customer',
    provider: 'Provider',
    gateway: 'Gateway',
  };
  return [kinds[actorKind], actorLabel ?? actorId?.slice(0, 12)].filter(Boolean).join(' ');
};

const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? 'nothing' : JSON.stringify(value);

/** The details in one line. */
export const detailsText = (details: JsonObject | null): string =>
  Object.entries(details ?? {})
    .map(([name, value]) => `${name}: ${valueText(value)}`)
    .join('; ');

export const auditColumns = (zone: string, now: number): Column<AuditRow>[] => [
  { name: 'What', cell: ({ action }) => actionText(action) },
  { name: 'When', number: true, cell: ({ at }) => <Time at={at} zone={zone} now={now} /> },
  { name: 'Who', cell: actorText },
  { name: 'Which', cell: ({ subject }) => (subject === null ? '' : <code>{subject}</code>) },
  { name: 'Details', cell: ({ details }) => <span class="small soft">{detailsText(details)}</span> },
];

/** A UUID, which is where a page may begin. */
export const placeOf = (text: string | undefined): string | null =>
  text !== undefined && /^[0-9a-f-]{36}$/.test(text) ? text : null;

/** `/console/audit`: who did what, newest first. */
export async function audit(visit: MerchantVisit): Promise<Response> {
  const { merchant } = visit.caller;
  const before = placeOf(visit.c.req.query('before'));
  const found = await listAudit(visit.c.env.DB, merchant.id, { before, limit: ROWS + 1 });
  const page = found.slice(0, ROWS);
  const last = page.at(-1);
  return shell(
    visit,
    { title: 'Audit', about: 'Who changed what. Nothing here can be changed or deleted.' },
    <Panel plain>
      <Table
        label="Audit log"
        columns={auditColumns(merchant.timeZone ?? 'UTC', visit.c.get('now'))}
        rows={page}
        empty={
          <Empty title="Nothing is written down yet">
            <p>Changes of keys, settings, endpoints and suppressions are listed here.</p>
          </Empty>
        }
      />
      {page.length > 0 ? (
        <Paging
          text={`${page.length} entries`}
          newer={before ? path : null}
          older={found.length > ROWS && last ? `${path}?before=${last.id}` : null}
        />
      ) : null}
    </Panel>,
  );
}
