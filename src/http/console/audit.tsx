import { auditList } from './audit-list.tsx';
import { Empty } from './parts/table.tsx';
import { shell } from './shell.tsx';
import type { MerchantVisit } from './visit.ts';

/** `/console/audit`: who did what, newest first. */
export async function audit(visit: MerchantVisit): Promise<Response> {
  const { merchant } = visit.caller;
  return shell(
    visit,
    { title: 'Audit', about: 'Who changed what. Nothing here can be changed or deleted.' },
    await auditList(visit, {
      merchantId: merchant.id,
      path: '/console/audit',
      zone: merchant.timeZone ?? 'UTC',
      empty: (
        <Empty title="Nothing is written down yet">
          <p>Changes of keys, settings, endpoints and suppressions are listed here.</p>
        </Empty>
      ),
    }),
  );
}
