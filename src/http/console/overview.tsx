import { Panel } from './parts/panel.tsx';
import { Empty } from './parts/table.tsx';
import { shell } from './shell.tsx';
import type { MerchantVisit } from './visit.ts';

/** `/console`: how this merchant's Paylinks fare. */
export const overview = (visit: MerchantVisit): Promise<Response> =>
  shell(
    visit,
    { title: 'Overview' },
    <Panel plain>
      <Empty title="Nothing to show yet">
        <p>Numbers appear here once Paylinks are created and sent.</p>
      </Empty>
    </Panel>,
  );
