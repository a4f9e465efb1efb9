import { Panel } from '../parts/panel.tsx';
import { Empty } from '../parts/table.tsx';
import { shell } from '../shell.tsx';
import type { MerchantVisit } from '../visit.ts';

/** The 404 of a Paylink: the same for one that is unknown and for another merchant's. */
export const noPaylink = (visit: MerchantVisit): Promise<Response> =>
  shell(
    visit,
    { title: 'There is no such Paylink', status: 404, above: { name: 'Paylinks', path: '/console/paylinks' } },
    <Panel plain>
      <Empty title="It is not among your Paylinks">
        <p>The address may be mistyped. Search by the customer’s email address or the invoice instead.</p>
        <a class="button quiet" href="/console/paylinks">
          Search
        </a>
      </Empty>
    </Panel>,
  );
