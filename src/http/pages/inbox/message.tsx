import type { Child } from 'hono/jsx';
import { smsSegments } from '../../../delivery/message/segments.ts';
import type { DeliveryStatus } from '../../../model/delivery.ts';
import { playsOf } from '../../../paylinks/sandbox.ts';
import type { InboxMessage } from '../../../store/inbox.ts';
import { linkParts } from '../link-parts.ts';
import { Icon } from './icons.tsx';
import { Avatar } from './list.tsx';
import { headersOf, sourceOf } from './source.ts';
import { hrefOf, type InboxView, pathOf, type Tab, tabs } from './view.ts';

/** A message, and what has become of it; null where its Paylink does not tell (any more). */
export type OpenMessage = {
  message: InboxMessage;
  fate: { status: DeliveryStatus; reason: string | null; paylinkStatus: string } | null;
};

const tabNames: Record<Tab, string> = { preview: 'Preview', text: 'Plain text', raw: 'Raw', headers: 'Headers' };

const playNames: Record<string, string> = {
  delivered: 'Delivered',
  bounced: 'Bounced',
  complained: 'Complained',
  unsubscribed: 'Unsubscribed',
  undelivered: 'Undelivered',
  stop: 'STOP',
};

/** What a page says after something was done; by the name in its address. */
const notices: Record<string, string> = {
  delivered: 'Reported: delivered.',
  bounced: 'Reported: it bounced. This merchant’s next email to this address is refused.',
  complained: 'Reported: the customer complained. This merchant’s next email to this address is refused.',
  unsubscribed: 'Reported: the customer unsubscribed. This merchant’s next email to this address is refused.',
  undelivered: 'Reported: not delivered.',
  stop: 'Reported: the customer answered STOP. This merchant’s next text to this number is refused.',
  deleted: 'The message is deleted.',
  emptied: 'The messages are deleted.',
  missing: 'That message is not here any more.',
};

/** What was just done, by its name in the address; an empty place for any other text. */
export const Notice = ({ done }: { done: string | undefined }) => {
  const text = done === undefined || !Object.hasOwn(notices, done) ? undefined : notices[done];
  return (
    <div id="notice" role="status">
      {text === undefined ? null : <p class="notice">{text}</p>}
    </div>
  );
};

const tones: Partial<Record<DeliveryStatus, string>> = {
  DELIVERED: 'good',
  FAILED: 'bad',
  BOUNCED: 'bad',
  SUPPRESSED: 'bad',
  UNKNOWN: 'warn',
};

const Fate = ({ open: { message, fate }, view }: { open: OpenMessage; view: InboxView }) => (
  <p class="fate" id="fate">
    {fate ? <span class={`badge ${tones[fate.status] ?? ''}`}>{fate.status.toLowerCase()}</span> : null}
    {fate?.reason ? <span>{fate.reason}</span> : null}
    <a
      href={hrefOf(
        { ...view, search: undefined, to: undefined, paylinkId: message.paylinkId, done: undefined },
        pathOf(message),
      )}
    >
      Its Paylink’s messages
    </a>
    <a href={`/console/paylinks/${message.paylinkId}`}>Its Paylink in the console</a>
    {fate ? <span>The Paylink is {fate.paylinkStatus.toLowerCase().replace('_', ' ')}.</span> : null}
  </p>
);

const Next = ({ message, view }: { message: InboxMessage; view: InboxView }) => (
  <form
    class="next"
    method="post"
    action={hrefOf({ ...view, done: undefined }, pathOf(message, '/play'))}
    aria-label="What happens next?"
  >
    <span aria-hidden="true">What happens next?</span>
    <span class="choices">
      {playsOf(message.channel).map((name) => (
        <button type="submit" key={name} id={`play-${name}`} name="event" value={name}>
          {playNames[name] ?? name}
        </button>
      ))}
    </span>
  </form>
);

const Linked = ({ text }: { text: string }) => (
  <>
    {linkParts(text).map((part) =>
      part.href === null ? (
        part.text
      ) : (
        <a key={part.href} href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      ),
    )}
  </>
);

/** The text as a phone shows it, and as the network bills it. */
const Phone = ({ message }: { message: InboxMessage }) => {
  const { alphabet, parts, perSegment, lastUsed } = smsSegments(message.text);
  return (
    <div class="phone">
      <p class="from">{message.headers.From ?? 'Text message'}</p>
      <p class="bubble">
        <Linked text={message.text} />
      </p>
      <p class="soft small">
        {parts.length === 1 ? '1 segment' : `${parts.length} segments`} · {alphabet} · {lastUsed} of {perSegment}
        {parts.length === 1 ? ' characters' : ' characters in the last one'}
      </p>
      {parts.length === 1 ? null : (
        <ol class="segments small">
          {parts.map((part) => (
            <li key={part}>{part}</li>
          ))}
        </ol>
      )}
    </div>
  );
};

const Scrolled = ({ label, children }: { label: string; children: Child }) => (
  <section class="scrolled" aria-label={label} tabindex={0}>
    {children}
  </section>
);

const Preview = ({ message }: { message: InboxMessage }) => {
  if (message.channel === 'SMS') return <Phone message={message} />;
  if (message.html === null) return <pre>{message.text}</pre>;
  return (
    <iframe
      src={`/inbox${pathOf(message, '/html')}`}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      title={`Email: ${message.subject ?? message.to}`}
    />
  );
};

const View = ({ message, tab }: { message: InboxMessage; tab: Tab }) => {
  switch (tab) {
    case 'preview':
      return <Preview message={message} />;
    case 'text':
      return (
        <Scrolled label="Plain text">
          <pre>
            <Linked text={message.text} />
          </pre>
        </Scrolled>
      );
    case 'raw':
      return (
        <Scrolled label="Source">
          <pre>{sourceOf(message)}</pre>
        </Scrolled>
      );
    case 'headers':
      return (
        <Scrolled label="Headers">
          <table>
            <tbody>
              {headersOf(message).map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>
                    <Linked text={value} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      );
  }
};

const Tabs = ({ message, view }: { message: InboxMessage; view: InboxView }) => (
  <nav class="tabs" id="tabs" aria-label="Ways to look at it">
    {tabs
      .filter((tab) => tab !== 'text' || message.channel === 'EMAIL')
      .map((tab) => (
        <a
          key={tab}
          id={`tab-${tab}`}
          href={hrefOf({ ...view, tab, done: undefined }, pathOf(message))}
          {...(tab === view.tab ? { 'aria-current': 'page' } : {})}
        >
          {tabNames[tab]}
        </a>
      ))}
    <a
      class="out"
      href={`/inbox${pathOf(message, view.tab === 'preview' && message.html !== null ? '/html' : '/raw')}`}
      target="_blank"
      rel="noopener"
    >
      <Icon name="out" /> <span class="label">Open on its own</span>
    </a>
  </nav>
);

/** `"Ada" <ada@example.com>` as a person reads it. */
const Mailbox = ({ text }: { text: string }) => {
  const [, name, address] = /^"(.*)" <(.*)>$/.exec(text) ?? [];
  if (name === undefined) return <>{text}</>;
  return (
    <>
      <strong>{name.replace(/\\(.)/g, '$1')}</strong> &lt;{address}&gt;
    </>
  );
};

/** One message: to whom, what became of it, what may happen next, and the message itself. */
export const Message = ({ open, view }: { open: OpenMessage; view: InboxView }) => {
  const { message } = open;
  const from = message.headers.From;
  return (
    <section class={`message ${view.tab}`} id="message" data-id={message.id} aria-labelledby="subject">
      <div class="tools">
        <Next message={message} view={view} />
        <form method="post" action={hrefOf({ ...view, done: undefined }, pathOf(message, '/delete'))}>
          <button type="submit" id="delete" class="quiet">
            <Icon name="bin" /> Delete
          </button>
        </form>
      </div>
      <header>
        <h2 id="subject" tabindex={-1}>
          {message.channel === 'EMAIL' ? (message.subject ?? '(no subject)') : 'Text message'}
        </h2>
        <Avatar channel={message.channel} />
        <p class="people">
          {from === undefined ? null : (
            <>
              <span class="soft">from</span> <Mailbox text={from} />
              <br />
            </>
          )}
          <span class="soft">to</span>{' '}
          <a href={hrefOf({ to: message.to, tab: view.tab }, pathOf(message))}>
            <Mailbox text={message.headers.To ?? message.to} />
          </a>
        </p>
        <time class="soft small" datetime={new Date(message.createdAt).toISOString()}>
          {new Date(message.createdAt).toUTCString().replace('GMT', 'UTC')}
        </time>
        <Fate open={open} view={view} />
      </header>
      <Notice done={view.done} />
      <Tabs message={message} view={view} />
      <div class="view" id="view">
        <View message={message} tab={view.tab === 'text' && message.channel === 'SMS' ? 'preview' : view.tab} />
      </div>
    </section>
  );
};
