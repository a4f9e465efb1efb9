import { type AuditRow, listAudit } from '../../../store/audit.ts';
import { auditColumns, placeOf } from '../audit.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Empty, Paging, Table } from '../parts/table.tsx';
import { shell } from '../shell.tsx';
import type { OperatorVisit } from '../visit.ts';
import { operatorPath } from './merchants.tsx';

const ROWS = 50;
const path = `${operatorPath}/audit`;

const merchantColumn: Column<AuditRow> = {
  name: 'Merchant',
  cell: ({ merchantId }) =>
    merchantId === '*' ? (
      'All'
    ) : (
      <a href={`${operatorPath}/merchants/${merchantId}`}>
        <code>{merchantId.slice(0, 8)}</code>
      </a>
    ),
};

/** `/console/operator/audit`: who did what, of every merchant. */
export async function auditOfAll(visit: OperatorVisit): Promise<Response> {
  const before = placeOf(visit.c.req.query('before'));
  const found = await listAudit(visit.c.env.DB, null, { before, limit: ROWS + 1 });
  const page = found.slice(0, ROWS);
  const last = page.at(-1);
  const columns = auditColumns('UTC', visit.c.get('now'));
  return shell(
    visit,
    { title: 'Audit', about: 'Who changed what, of every merchant. Times in UTC.' },
    <Panel plain>
      <Table
        label="Audit log"
        columns={[...columns.slice(0, 2), merchantColumn, ...columns.slice(2)]}
        rows={page}
        empty={<Empty title="Nothing is written down yet" />}
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
