import type { InboxCount, InboxLine } from '../../../store/inbox.ts';
import { Icon } from './icons.tsx';
import { hrefOf, type InboxView, isFiltered, longer, pathOf } from './view.ts';

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

/** Room for it is short in a list: `5 min`. */
const shortly = (at: number, now: number) =>
  ago(at, now)
    .replace(/ ago$/, '')
    .replace(/ minutes?$/, ' min')
    .replace(/ hours?$/, ' h')
    .replace('just now', 'now');

export const Avatar = ({ channel }: Pick<InboxLine, 'channel'>) => (
  <span class={`avatar ${channel.toLowerCase()}`}>
    <Icon name={channel === 'EMAIL' ? 'email' : 'sms'} />
  </span>
);

/** The first words of a text: of an email what follows the greeting. */
const snippet = (text: string) => text.replace(/\s+/g, ' ').trim();

const Line = ({ line, view, open, now }: { line: InboxLine; view: InboxView; open: boolean; now: number }) => {
  const exact = new Date(line.createdAt).toISOString();
  const unread = line.readAt === null && !open;
  return (
    <li>
      <a
        id={`line-${line.id}`}
        class={unread ? 'line unread' : 'line'}
        href={hrefOf({ ...view, tab: 'preview', done: undefined }, pathOf(line))}
        {...(open ? { 'aria-current': 'true' } : {})}
      >
        <Avatar channel={line.channel} />
        <span class="who">
          {unread ? <span class="hidden">Unread. </span> : null}
          {line.to}
        </span>
        <time class="when" datetime={exact} title={exact}>
          {shortly(line.createdAt, now)}
        </time>
        <span class="subject">{line.channel === 'EMAIL' ? (line.subject ?? '(no subject)') : 'Text message'}</span>
        <span class="snippet">{snippet(line.text)}</span>
      </a>
    </li>
  );
};

type ListProps = { lines: InboxLine[]; count: InboxCount; view: InboxView; openId: string | null; now: number };

/** The messages under the page's filter, newest first. */
export const List = ({ lines, count, view, openId, now }: ListProps) => {
  const wanted = view.unread ? count.unread : count.messages;
  const more = wanted > lines.length ? longer(view) : null;
  return (
    <nav class="list" id="list" aria-label="Messages">
      {lines.length === 0 ? (
        <div class="nothing">
          <Icon name="tray" />
          {isFiltered(view) ? (
            <>
              <p>{view.unread && count.messages > 0 ? 'Everything is read.' : 'Nothing here for this search.'}</p>
              <a href="/inbox">Show all messages</a>
            </>
          ) : (
            <p>No messages yet.</p>
          )}
        </div>
      ) : (
        <ul>
          {lines.map((line) => (
            <Line key={line.id} line={line} view={view} open={line.id === openId} now={now} />
          ))}
        </ul>
      )}
      {more ? (
        <p class="more">
          <a id="more" href={hrefOf({ ...more, done: undefined }, openId === null ? '' : pathOf({ id: openId }))}>
            Show older messages
          </a>
        </p>
      ) : null}
    </nav>
  );
};
