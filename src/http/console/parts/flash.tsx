import type { Child } from 'hono/jsx';
import type { Refusal } from '../../../errors.ts';

/** What a page says after something was done, by the name in `?done=`: the words are ours, whoever made the link. */
const doneTexts: { [name: string]: string } = {
  created: 'The Paylink is created. Nothing was sent yet.',
  changed: 'The changes are saved.',
  sent: 'It was sent: a provider has accepted the message.',
  pending:
    'It is not known yet whether it was sent: the provider did not answer. It is being looked into, and not sent twice.',
  canceled: 'The Paylink is canceled.',
  settled: 'Thank you: it is written down.',
};

export const flashOf = (done: string | undefined): string | null =>
  done !== undefined && Object.hasOwn(doneTexts, done) ? (doneTexts[done] ?? null) : null;

/** A message at the top of a page; read out as soon as it is there. */
export const Flash = ({ tone, children }: { tone: 'good' | 'warn' | 'bad'; children: Child }) => (
  <div class={`flash ${tone}`} role={tone === 'good' ? 'status' : 'alert'}>
    <div>{children}</div>
  </div>
);

/** Why something was refused, in the words that the API uses, with each wrong field. */
export const Refused = ({ refusal, title }: { refusal: Refusal; title: string }) => (
  <Flash tone="bad">
    <h2>{title}</h2>
    {refusal.errors && refusal.errors.length > 0 ? (
      <ul>
        {refusal.errors.map(({ path, message }) => (
          <li>{path === '' ? message : `${path}: ${message}`}</li>
        ))}
      </ul>
    ) : (
      <p>{refusal.detail}</p>
    )}
  </Flash>
);
