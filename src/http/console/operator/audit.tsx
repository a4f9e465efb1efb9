import type { AuditRow } from '../../../store/audit.ts';
import { auditList } from '../audit-list.tsx';
import { type Column, Empty } from '../parts/table.tsx';
import { shell } from '../shell.tsx';
import type { OperatorVisit } from '../visit.ts';
import { operatorPath } from './merchants.tsx';

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
  return shell(
    visit,
    { title: 'Audit', about: 'Who changed what, of every merchant. Times in UTC.' },
    await auditList(visit, {
      merchantId: null,
      path: `${operatorPath}/audit`,
      zone: 'UTC',
      whose: merchantColumn,
      empty: <Empty title="Nothing is written down yet" />,
    }),
  );
}
