import { type Refusal, statusOf } from '../../errors.ts';
import { Panel } from './parts/panel.tsx';
import { Empty } from './parts/table.tsx';
import { shell } from './shell.tsx';
import type { MerchantVisit } from './visit.ts';

/** A page that the visitor's key may not see, or a form that it may not send: 403, with the way to what it may. */
export const refusedShell = (visit: MerchantVisit, refusal: Refusal): Promise<Response> =>
  shell(
    visit,
    { title: 'Not with this key', status: statusOf[refusal.code] },
    <Panel plain>
      <Empty title="Your key does not allow this">
        <p>{refusal.detail}</p>
      </Empty>
    </Panel>,
  );
