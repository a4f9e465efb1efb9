import type { Words } from '../../delivery/message/locales/en.ts';
import { around, fill } from '../../delivery/message/locales/language.ts';
import type { Summary } from '../../delivery/message/summary.ts';
import type { PaylinkView } from './paylink-view.tsx';

/** A sentence with whom to ask in the place of `{contact}`: the merchant's address, else its name. */
const Contact = ({ summary, text }: { summary: Summary; text: string }) => {
  const { merchant, supportEmail } = summary;
  const [before, after] = around(text, 'contact', { merchant });
  if (supportEmail === null) return <>{before + merchant + after}</>;
  const href = `mailto:${encodeURIComponent(supportEmail).replaceAll('%40', '@')}`;
  return (
    <>
      {before}
      <a href={href}>{supportEmail}</a>
      {after}
    </>
  );
};

const Rows = ({ rows, of }: { rows: Summary['sums']; of: string }) => (
  <>
    {rows.map((row) => (
      <div key={row.label} class={of}>
        <dt>{row.label}</dt>
        <dd>{row.amount}</dd>
      </div>
    ))}
  </>
);

const Bill = ({ summary }: { summary: Summary }) => (
  <>
    {summary.items.length === 0 ? null : (
      <ul class="lines">
        {summary.items.map((item) => (
          <li key={item.name}>
            <span>
              <span dir="auto">{item.name}</span>
              {item.detail === '' ? null : <div class="soft small">{item.detail}</div>}
            </span>
            <span>{item.amount}</span>
          </li>
        ))}
      </ul>
    )}
    {summary.sums.length + summary.totals.length < 2 ? null : (
      <dl class="sums">
        <Rows rows={summary.sums} of="sum" />
        <Rows rows={summary.totals} of="total" />
      </dl>
    )}
  </>
);

const HowToPay = ({ view: { summary, payUrl, amount } }: { view: PaylinkView }) => {
  const { words } = summary.language;
  return (
    <div class="pay">
      {payUrl === null ? (
        <p>
          <Contact summary={summary} text={words.howToPay} />
        </p>
      ) : (
        <a class="button" href={payUrl} rel="noreferrer">
          {fill(words.pay, { amount: amount.value })}
        </a>
      )}
      <p class="soft small">{fill(words.expires, { date: summary.expires })}</p>
    </div>
  );
};

const Receipt = ({ payments, words }: { payments: PaylinkView['payments']; words: Words }) => (
  <section class="receipt">
    <h2>{words.receipt}</h2>
    <ul>
      {payments.map((payment) => (
        <li key={payment.order}>
          <span>
            {payment.date}
            <div class="soft small">{payment.order}</div>
            {payment.refunded === null ? null : <div class="soft small">{payment.refunded}</div>}
          </span>
          <span>{payment.amount}</span>
        </li>
      ))}
    </ul>
    <button type="button" class="button" id="print" hidden>
      {words.print}
    </button>
  </section>
);

const Files = ({ summary: { attachments, language } }: { summary: Summary }) => (
  <section class="files">
    <h2>{language.words.attachments}</h2>
    <ul>
      {attachments.map(({ name, url }) => (
        <li key={name}>
          <a href={url} dir="auto">
            {name}
          </a>
        </li>
      ))}
    </ul>
  </section>
);

/** The hosted page of a Paylink: who asks, for what, how much, how to pay, and how it stands. Once something was paid, a receipt too. */
export const PaylinkPage = ({ view, payable }: { view: PaylinkView; payable: boolean }) => {
  const { summary, state, payments, backUrl } = view;
  const { words } = summary.language;
  return (
    <main>
      <article class={payable ? 'card bill' : 'card bill settled'}>
        <div class="merchant">
          {summary.logoUrl === null ? null : <img src={summary.logoUrl} alt="" referrerpolicy="no-referrer" />}
          <span dir="auto">{summary.merchant}</span>
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
          <h1 dir="auto">{summary.description ?? words.paymentRequest}</h1>
        </div>
        {payable ? <HowToPay view={view} /> : null}
        {backUrl === null ? null : (
          <div class="pay back">
            <a class="button" href={backUrl} rel="noreferrer">
              {fill(words.backTo, { merchant: summary.merchant })}
            </a>
          </div>
        )}
        <Bill summary={summary} />
        {summary.memo.length === 0 ? null : (
          <p class="memo" dir="auto">
            {summary.memo.join('\n')}
          </p>
        )}
        {summary.attachments.length === 0 ? null : <Files summary={summary} />}
        {payments.length === 0 ? null : <Receipt payments={payments} words={words} />}
      </article>
      {payable && view.payUrl === null ? null : (
        <footer class="soft small">
          <Contact summary={summary} text={words.questions} />
        </footer>
      )}
    </main>
  );
};

/** What messengers show of a link (ogp.me). */
export const OpenGraph = ({ view, title }: { view: PaylinkView; title: string }) => {
  const { summary, amount } = view;
  const about = summary.description === null ? '' : ` – ${summary.description}`;
  return (
    <>
      <meta property="og:type" content="website" />
      <meta property="og:site_name" content={summary.merchant} />
      <meta property="og:title" content={title} />
      <meta property="og:description" content={`${amount.label}: ${amount.value}${about}`} />
      {summary.logoUrl === null ? null : <meta property="og:image" content={summary.logoUrl} />}
    </>
  );
};

/** A few words on an otherwise empty page. */
export const Notice = ({ title, text }: { title: string; text: string }) => (
  <main>
    <article class="card bill">
      <h1>{title}</h1>
      <p class="soft">{text}</p>
    </article>
  </main>
);
