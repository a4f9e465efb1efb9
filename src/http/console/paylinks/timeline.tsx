import type { Paylink } from '../../../model/paylink.ts';
import { ActionForm } from '../parts/form.tsx';
import { Time } from '../parts/time.tsx';
import { type MerchantVisit, may } from '../visit.ts';
import { timelineOf } from './moments.ts';

type Props = { visit: MerchantVisit; paylink: Paylink; zone: string; now: number };

/** What happened, oldest first; an outcome that nobody knows can be settled where it stands. */
export const Timeline = ({ visit, paylink, zone, now }: Props) => (
  <ol class="timeline">
    {timelineOf(paylink, visit.caller.merchant.locale).map(({ at, title, text, who, tone, attemptId }) => (
      <li class={tone}>
        <div class="happened">
          <span>{title}</span>
          <span class="soft small number">
            <Time at={at} zone={zone} now={now} />
          </span>
        </div>
        {text || who ? (
          <p class="soft small">
            {text}
            {text && who ? ' · ' : ''}
            {who ? `by ${who}` : ''}
          </p>
        ) : null}
        {attemptId === undefined || !may(visit, 'payments:write') ? null : (
          <Settle visit={visit} paylink={paylink} attemptId={attemptId} />
        )}
      </li>
    ))}
  </ol>
);

const Settle = (props: { visit: MerchantVisit; paylink: Paylink; attemptId: string }) => (
  <ActionForm
    visit={props.visit}
    action={`/console/paylinks/${props.paylink.id}/settle`}
    class="settle"
    label="Settle this delivery"
  >
    <input type="hidden" name="attemptId" value={props.attemptId} />
    <p class="small">Did the customer tell you, or the provider’s own console?</p>
    <div class="row">
      <button class="button quiet small" type="submit" name="status" value="SENT">
        It was sent
      </button>
      <button class="button quiet small" type="submit" name="status" value="FAILED">
        It was not sent
      </button>
    </div>
  </ActionForm>
);
