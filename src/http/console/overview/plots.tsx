import type { Child } from 'hono/jsx';

/** One bar of a funnel: how many, what of, and the number that it is a share of. */
export type Stage = { name: string; count: number; of: string; whole?: number };

/** A share in whole percent. */
export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.round((part / whole) * 100)}%`;
const number = (count: number): string => count.toLocaleString('en-US');

/** Bars below each other, each as long as its share of the longest. Its list is the text for screen readers. */
export const Funnel = ({ stages }: { stages: readonly Stage[] }) => {
  const most = Math.max(1, ...stages.map(({ count }) => count));
  return (
    <ol class="funnel">
      {stages.map(({ name, count, of, whole }) => (
        <li>
          <span class="stage">
            {name} <span class="soft small">{of}</span>
          </span>
          <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect class="track" width="100" height="10" />
            <rect class="fill" width={String(Math.round((count / most) * 1000) / 10)} height="10" />
          </svg>
          <span class="number">{number(count)}</span>
          <span class="number soft small">{whole === undefined ? '' : percent(count, whole)}</span>
        </li>
      ))}
    </ol>
  );
};

/** What is counted of one day; two columns are drawn, the second within the first's place. */
export type DayCount = { day: string; partial: boolean; created: number; sent: number; opened: number; paid: number };

const dayName = (day: string): string =>
  new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' }).format(Date.parse(day));

const HEIGHT = 100;
/** A scale whose top is a round number. */
function topOf(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most) ?? most;
}

/** Paylinks by day: created, and of those the paid ones. A table says the same. */
export const Days = ({ days }: { days: readonly DayCount[] }) => {
  const top = topOf(Math.max(...days.map(({ created }) => created)));
  const height = (count: number) => (count / top) * HEIGHT;
  const [first, last] = [days[0], days.at(-1)];
  const text = `Paylinks created and paid by day, ${first ? dayName(first.day) : ''} to ${last ? dayName(last.day) : ''}. The table below has the numbers.`;
  return (
    <figure class="days">
      <div class="plot">
        <span class="top soft small" aria-hidden="true">
          {number(top)}
        </span>
        <svg viewBox={`0 0 ${days.length * 10} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={text}>
          {[0.25, 0.5, 0.75, 1].map((part) => (
            <path class="grid" d={`M0 ${HEIGHT * (1 - part)}h${days.length * 10}`} />
          ))}
          {days.map(({ day, created, paid }, n) => (
            <g>
              <title>{`${dayName(day)}: ${created} created, ${paid} paid`}</title>
              <rect class="space" x={String(n * 10)} width="10" height={String(HEIGHT)} />
              <rect
                class="created"
                x={String(n * 10 + 1.5)}
                width="7"
                y={String(HEIGHT - height(created))}
                height={String(height(created))}
              />
              <rect
                class="paid"
                x={String(n * 10 + 1.5)}
                width="7"
                y={String(HEIGHT - height(paid))}
                height={String(height(paid))}
              />
            </g>
          ))}
        </svg>
      </div>
      <div class="axis soft small" aria-hidden="true">
        <span>{first ? dayName(first.day) : ''}</span>
        <span>{last ? `${dayName(last.day)}${last.partial ? ', so far' : ''}` : ''}</span>
      </div>
      <p class="legend small">
        <span class="key created">Created</span>
        <span class="key paid">of those paid</span>
      </p>
      <details class="small">
        <summary>As a table</summary>
        <DayTable days={days} />
      </details>
    </figure>
  );
};

const DayTable = ({ days }: { days: readonly DayCount[] }) => (
  <table>
    <caption class="out">Paylinks by day</caption>
    <thead>
      <tr>
        <th scope="col">Day</th>
        {['Created', 'Messages', 'Opened', 'Paid'].map((name) => (
          <th scope="col" class="number">
            {name}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {days.toReversed().map(({ day, created, sent, opened, paid }) => (
        <tr>
          <th scope="row">{dayName(day)}</th>
          {[created, sent, opened, paid].map((count) => (
            <td class="number">{number(count)}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);

/** A number with what it is of. */
export const Figure = ({ name, value, hint }: { name: string; value: Child; hint?: Child }) => (
  <div class="panel figure">
    <p class="soft small">{name}</p>
    <strong>{value}</strong>
    {hint ? <p class="soft small">{hint}</p> : null}
  </div>
);
