import type { InboxCount, InboxLine } from '../../../store/inbox.ts';
import { Icon } from './icons.tsx';
import { List } from './list.tsx';
import { Message, Notice, type OpenMessage } from './message.tsx';
import { hrefOf, type InboxView, isFiltered } from './view.ts';

export type InboxPageProps = {
  view: InboxView;
  lines: InboxLine[];
  count: InboxCount;
  open: OpenMessage | null;
  /** What the page shows, as `inboxMark` tells it. */
  mark: string;
  now: number;
  baseUrl: string;
};

const example = (baseUrl: string) => `KEY=plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c
ID=$(curl -s ${baseUrl}/ -H "authorization: Bearer $KEY" -H 'content-type: application/json' -d '{
  "merchantId": "11111111-2222-4333-8444-555555555555",
  "customer": {"firstName": "Ada", "email": "ada@example.com", "phone": "+12025550123"},
  "lineItems": [{"description": "Trail jacket", "price": 12900, "quantity": 1, "tax": 1130}],
  "sendEmail": true, "sendSms": true, "customerConsent": true
}' | sed 's/.*"paylinkId":"\\([^"]*\\)".*/\\1/')
curl -X PATCH ${baseUrl}/$ID/send -H "authorization: Bearer $KEY" \\
  -H 'content-type: application/json' -d '{"sendEmail": true, "sendSms": true}'`;

const Bar = ({ view, count, openId }: { view: InboxView; count: InboxCount; openId: string | null }) => {
  const below = openId === null ? '' : `/${encodeURIComponent(openId)}`;
  const listed = { ...view, done: undefined };
  return (
    <header class="bar">
      <h1>
        <a id="home" href={hrefOf({ ...listed, tab: 'preview' })}>
          <Icon name="back" />
          Inbox
        </a>
      </h1>
      <search>
        <form id="search" action={`/inbox${below}`} method="get">
          <Icon name="search" />
          <input
            id="words"
            type="search"
            name="q"
            value={view.search ?? ''}
            placeholder="Search recipient, subject or text"
            aria-label="Search recipient, subject or text"
            autocomplete="off"
          />
          <button type="submit" class="hidden">
            Search
          </button>
        </form>
      </search>
      <div class="filters" id="filters">
        <a
          id="all"
          href={hrefOf({ ...listed, unread: false }, below)}
          {...(view.unread ? {} : { 'aria-current': 'true' })}
        >
          All <span class="count">{count.messages}</span>
        </a>
        <a
          id="unread"
          href={hrefOf({ ...listed, unread: true }, below)}
          {...(view.unread ? { 'aria-current': 'true' } : {})}
        >
          Unread <span class="count">{count.unread}</span>
        </a>
      </div>
      <div class="ends">
        <span id="live" hidden>
          Live
        </span>
        <noscript>
          <a href={hrefOf(listed, below)}>Refresh</a>
        </noscript>
        <a class="away" href="/console">
          Console
        </a>
        <DeleteAll view={view} count={count} />
      </div>
      <Only view={view} below={below} />
    </header>
  );
};

const DeleteAll = ({ view, count }: { view: InboxView; count: InboxCount }) => {
  const messages = view.unread ? count.unread : count.messages;
  return (
    <details id="delete-all">
      <summary>
        <Icon name="bin" /> Delete all
      </summary>
      <form method="post" action={hrefOf({ ...view, done: undefined }, '/delete')}>
        <p>
          {messages === 0
            ? 'There is nothing to delete.'
            : `Delete ${messages === 1 ? 'the message' : `all ${messages} messages`}${isFiltered(view) ? ' that this search found' : ''}? Paylinks and their records stay.`}
        </p>
        {messages === 0 ? null : (
          <button type="submit" class="danger">
            Delete {messages === 1 ? 'it' : 'them'}
          </button>
        )}
      </form>
    </details>
  );
};

/** Says that only one recipient's or one Paylink's messages are listed; a search stays among them. */
const Only = ({ view, below }: { view: InboxView; below: string }) => (
  <div class="only" id="only">
    {view.unread ? <input type="hidden" form="search" name="unread" value="1" /> : null}
    {view.to === undefined ? null : <input type="hidden" form="search" name="to" value={view.to} />}
    {view.paylinkId === undefined ? null : (
      <input type="hidden" form="search" name="paylinkId" value={view.paylinkId} />
    )}
    {view.to === undefined ? null : (
      <p>
        To <strong>{view.to}</strong> ·{' '}
        <a href={hrefOf({ ...view, to: undefined, done: undefined }, below)}>to anybody</a>
      </p>
    )}
    {view.paylinkId === undefined ? null : (
      <p>
        Of Paylink <code>{view.paylinkId}</code> ·{' '}
        <a href={hrefOf({ ...view, paylinkId: undefined, done: undefined }, below)}>of all</a>
      </p>
    )}
  </div>
);

const Empty = ({ baseUrl, view, count }: { baseUrl: string; view: InboxView; count: InboxCount }) => (
  <section class="welcome" id="message" data-id="" aria-label="Message">
    <Notice done={view.done} />
    {count.messages > 0 || isFiltered(view) ? (
      <div class="nothing">
        <Icon name="email" />
        <p>Choose a message.</p>
      </div>
    ) : (
      <div class="first">
        <h2>Send the first message</h2>
        <p class="soft">
          Emails and text messages that this gateway would send arrive here instead. Create a Paylink and send it:
        </p>
        <pre tabindex={0}>{example(baseUrl)}</pre>
      </div>
    )}
  </section>
);

/** Kept messages as a mail program shows them: the list, and one of them. */
export const InboxPage = ({ view, lines, count, open, mark, now, baseUrl }: InboxPageProps) => {
  const openId = open?.message.id ?? null;
  return (
    <main id="inbox" class={open ? 'app reading' : 'app'} data-mark={mark}>
      <Bar view={view} count={count} openId={openId} />
      <List lines={lines} count={count} view={view} openId={openId} now={now} />
      {open ? <Message open={open} view={view} /> : <Empty baseUrl={baseUrl} view={view} count={count} />}
    </main>
  );
};
