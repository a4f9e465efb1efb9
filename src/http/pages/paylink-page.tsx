import type { Summary } from '../../delivery/message/summary.ts';
import type { PaylinkView } from './paylink-view.tsx';

const Contact = ({ summary }: { summary: Summary }) =>
  summary.supportEmail === null ? (
    <span>{summary.merchant}</span>
  ) : (
    <a href={`mailto:${encodeURIComponent(summary.supportEmail).replaceAll('%40', '@')}`}>{summary.supportEmail}</a>
  );

const Bill = ({ summary }: { summary: Summary }) => (
  <>
    {summary.items.length === 0 ? null : (
      <ul class="lines">
        {summary.items.map((item) => (
          <li key={item.name}>
            <span>
              {item.name}
              {item.detail === '' ? null : <div class="soft small">{item.detail}</div>}
            </span>
            <span>{item.amount}</span>
          </li>
        ))}
      </ul>
    )}
    {summary.sums.length === 0 ? null : (
      <dl class="sums">
        {summary.sums.map((sum) => (
          <div key={sum.label}>
            <dt>{sum.label}</dt>
            <dd>{sum.amount}</dd>
          </div>
        ))}
        <div class="total">
          <dt>Total</dt>
          <dd>{summary.total}</dd>
        </div>
      </dl>
    )}
  </>
);

const HowToPay = ({ view: { summary, checkoutUrl } }: { view: PaylinkView }) => (
  <div class="pay">
    {checkoutUrl === null ? (
      <p>
        <b>How to pay.</b> {summary.merchant} takes the payment itself: reply to the message that brought you here, or
        write to <Contact summary={summary} />.
      </p>
    ) : (
      <a class="button" href={checkoutUrl} rel="noreferrer">
        Continue to payment
      </a>
    )}
    <p class="soft small">Can be paid until {summary.expires}.</p>
  </div>
);

/** The hosted page of a Paylink: who asks, for what, how much, and how it stands. */
export const PaylinkPage = ({ view, payable }: { view: PaylinkView; payable: boolean }) => {
  const { summary, state } = view;
  return (
    <main>
      <article class={payable ? 'card bill' : 'card bill settled'}>
        <div class="merchant">
          {summary.logoUrl === null ? null : <img src={summary.logoUrl} alt="" referrerpolicy="no-referrer" />}
          <span>{summary.merchant}</span>
        </div>
        {state === null ? null : (
          <section class={`state ${state.tone}`} role="status">
            <h2>{state.title}</h2>
            <p>{state.text}</p>
          </section>
        )}
        <div class="due">
          <p>{view.amount.label}</p>
          <strong>{view.amount.value}</strong>
          <h1>{summary.description ?? 'Payment request'}</h1>
          {view.invoice === null ? null : <div class="soft small">Invoice {view.invoice}</div>}
        </div>
        <Bill summary={summary} />
        {summary.memo.length === 0 ? null : <p class="memo">{summary.memo.join('\n')}</p>}
        {payable ? <HowToPay view={view} /> : null}
      </article>
      {payable && view.checkoutUrl === null ? null : (
        <footer class="soft small">
          Questions? Ask <Contact summary={summary} />.
        </footer>
      )}
    </main>
  );
};

/** A code that names nothing, mistyped or made up. */
export const NoSuchLink = () => (
  <main>
    <article class="card bill">
      <h1>There is no payment request at this address.</h1>
      <p class="soft">
        Check that the link is complete, as it stood in the email or text message, or ask whoever sent it for a new one.
      </p>
    </article>
  </main>
);
