import type { InboxMessage } from '../../store/inbox.ts';
import { linkParts } from './link-parts.ts';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long before `now` a time (both ms) was, in the largest whole unit: `5 minutes ago`. */
export function ago(at: number, now: number): string {
  const passed = now - at;
  for (const [unit, ms] of units) {
    const count = Math.floor(passed / ms);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

type InboxView = {
  messages: InboxMessage[];
  filter: { to?: string | undefined; paylinkId?: string | undefined };
  now: number;
  baseUrl: string;
};

const When = ({ at, now }: { at: number; now: number }) => {
  const exact = new Date(at).toISOString();
  return (
    <time datetime={exact} title={exact}>
      {ago(at, now)}
    </time>
  );
};

const Meta = ({ message, now }: { message: InboxMessage; now: number }) => (
  <header>
    <span class={`badge ${message.channel.toLowerCase()}`}>{message.channel === 'EMAIL' ? 'Email' : 'SMS'}</span>
    <a class="to" href={`/inbox?to=${encodeURIComponent(message.to)}`}>
      {message.to}
    </a>
    <span class="soft small when">
      <When at={message.createdAt} now={now} />
    </span>
  </header>
);

const Foot = ({ message }: { message: InboxMessage }) => (
  <footer class="soft small">
    {message.html === null ? null : (
      <a href={`/inbox/${encodeURIComponent(message.id)}/html`} target="_blank" rel="noopener">
        Open on its own
      </a>
    )}
    <a href={`/inbox?paylinkId=${encodeURIComponent(message.paylinkId)}`}>Messages of this Paylink</a>
    <code>{message.paylinkId}</code>
  </footer>
);

const Email = ({ message, now }: { message: InboxMessage; now: number }) => (
  <article class="card message">
    <Meta message={message} now={now} />
    <h2>{message.subject ?? '(no subject)'}</h2>
    {message.html === null ? (
      <pre>{message.text}</pre>
    ) : (
      <iframe
        src={`/inbox/${encodeURIComponent(message.id)}/html`}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        loading="lazy"
        title={`Email: ${message.subject ?? message.to}`}
      />
    )}
    {message.html === null ? null : (
      <details class="small">
        <summary>Plain text</summary>
        <pre>{message.text}</pre>
      </details>
    )}
    <Foot message={message} />
  </article>
);

const Sms = ({ message, now }: { message: InboxMessage; now: number }) => (
  <article class="card message">
    <Meta message={message} now={now} />
    <p class="bubble">
      {linkParts(message.text).map((part) =>
        part.href === null ? (
          part.text
        ) : (
          <a key={part.href} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        ),
      )}
    </p>
    <Foot message={message} />
  </article>
);

const example = (baseUrl: string) => `KEY=plk_test_demo_2b7e151628aed2a6abf7158809cf4f3c
ID=$(curl -s ${baseUrl}/ -H "authorization: Bearer $KEY" -H 'content-type: application/json' -d '{
  "merchantId": "11111111-2222-4333-8444-555555555555",
  "customer": {"firstName": "Ada", "email": "ada@example.com", "phone": "+12025550123"},
  "lineItems": [{"description": "Trail jacket", "price": 12900, "quantity": 1, "tax": 1130}],
  "sendEmail": true, "sendSms": true, "customerConsent": true
}' | sed 's/.*"paylinkId":"\\([^"]*\\)".*/\\1/')
curl -X PATCH ${baseUrl}/$ID/send -H "authorization: Bearer $KEY" \\
  -H 'content-type: application/json' -d '{"sendEmail": true, "sendSms": true}'`;

const Empty = ({ baseUrl, filtered }: { baseUrl: string; filtered: boolean }) => (
  <section class="card empty">
    <h2>{filtered ? 'Nothing here for this search.' : 'No messages yet.'}</h2>
    {filtered ? (
      <p>
        The recipient has to match exactly. <a href="/inbox">Show all messages</a>
      </p>
    ) : (
      <>
        <p class="soft">
          Emails and text messages that this gateway would send arrive here instead. Create a Paylink and send the first
          one:
        </p>
        <pre>{example(baseUrl)}</pre>
      </>
    )}
  </section>
);

/** Kept messages, newest first, as their recipients would see them. */
export const InboxPage = ({ messages, filter, now, baseUrl }: InboxView) => (
  <main>
    <nav>
      <h1>
        <a href="/inbox">Inbox</a>
      </h1>
      <form action="/inbox" method="get">
        <input
          type="search"
          name="to"
          value={filter.to ?? ''}
          placeholder="Email address or phone number"
          aria-label="Recipient"
        />
        <button type="submit" class="button">
          Search
        </button>
      </form>
    </nav>
    {filter.paylinkId === undefined ? null : (
      <p class="filter small">
        Messages of Paylink <code>{filter.paylinkId}</code> · <a href="/inbox">Show all</a>
      </p>
    )}
    {messages.length === 0 ? (
      <Empty baseUrl={baseUrl} filtered={filter.to !== undefined || filter.paylinkId !== undefined} />
    ) : (
      messages.map((message) =>
        message.channel === 'EMAIL' ? (
          <Email key={message.id} message={message} now={now} />
        ) : (
          <Sms key={message.id} message={message} now={now} />
        ),
      )
    )}
  </main>
);
