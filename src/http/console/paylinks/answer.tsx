import type { Child } from 'hono/jsx';
import type { Paylink } from '../../../model/paylink.ts';
import { Time } from '../parts/time.tsx';
import { type MerchantVisit, may } from '../visit.ts';
import { type Advice, adviceOf } from './advice.ts';
import { stepsOf, verdictOf } from './verdict.ts';

type Props = { visit: MerchantVisit; paylink: Paylink; zone: string; now: number };

/** Did the customer get the link? */
export const Answer = ({ visit, paylink, zone, now }: Props) => {
  const { tone, title, before, at, after } = verdictOf(paylink);
  const advice = adviceOf(paylink, now);
  return (
    <section class="panel answer" aria-label="Did the customer get the link?">
      <div>
        <p class="soft small">Did the customer get the link?</p>
        <p class={`says ${tone}`}>
          <strong>{title}</strong> {before}
          {at === null ? null : (
            <>
              {' on '}
              <Time at={at} zone={zone} now={now} />
            </>
          )}
          {after}
        </p>
        {advice ? <Next visit={visit} advice={advice} /> : null}
      </div>
      <ol class="steps">
        {stepsOf(paylink).map((step) => (
          <li class={step.state}>
            <span class="step">{step.name}</span>
            <span class="out">{stateWords[step.state]}</span>
            <span class="small soft">{step.at === null ? <Dash /> : <Time at={step.at} zone={zone} now={now} />}</span>
          </li>
        ))}
      </ol>
    </section>
  );
};

/** What to do next, and the way there for who may. */
const Next = ({ visit, advice: { text, where } }: { visit: MerchantVisit; advice: Advice }) => (
  <p class="advice">
    {text} {where && may(visit, where.scope) ? <a href={where.path}>{where.name}</a> : null}
  </p>
);

const Dash = (): Child => <span aria-hidden="true">–</span>;

const stateWords = { done: ': done', failed: ': failed', open: ': not yet' } as const;
