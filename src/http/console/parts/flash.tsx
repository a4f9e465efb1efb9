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
  attached: 'The files are attached.',
  detached: 'The file is removed.',
  settled: 'Thank you: it is written down.',
  lifted: 'Messages go there again.',
  erased: 'The recipient is erased.',
  erasing: 'The recipient gets no more messages. Some Paylinks still name it: erase it once more.',
  test: 'A test event is on its way. Its answer appears below in a moment: refresh.',
  'endpoint-on': 'The endpoint is on.',
  'endpoint-off': 'The endpoint is off.',
  'endpoint-changed': 'The changes are saved.',
  'endpoint-removed': 'The endpoint is removed.',
  replayed: 'It is sent again in a moment.',
  'replayed-part': 'The first 5,000 events are sent again. Send again from a later time for the others.',
  revoked: 'The key is revoked.',
  settings: 'The settings are saved.',
  merchant: 'The merchant is created. Issue a key, and its people can sign in.',
  suspended: 'The merchant is suspended.',
  resumed: 'The merchant may work again.',
};

/** The words for a name in `?done=`; null for any other text. */
/** What is not done as a whole. */
const unfinished: ReadonlySet<string> = new Set(['pending', 'erasing', 'replayed-part']);

export type Done = { text: string; tone: 'good' | 'warn' };

export const flashOf = (done: string | undefined): Done | null => {
  const text = done !== undefined && Object.hasOwn(doneTexts, done) ? doneTexts[done] : undefined;
  return done === undefined || text === undefined ? null : { text, tone: unfinished.has(done) ? 'warn' : 'good' };
};

/** A message at the top of a page; read out as soon as it is there. */
export const Flash = ({ tone, children }: { tone: 'good' | 'warn' | 'bad'; children: Child }) => (
  <div class={`flash ${tone}`} role={tone === 'good' ? 'status' : 'alert'}>
    <div>{children}</div>
  </div>
);

/** The API's names of fields, where their labels say something else. */
const labels: { [name: string]: string } = {
  memo: 'note',
  merchantInvoiceId: 'invoice number',
  expiration: 'can be paid until',
  currencyCode: 'currency',
  capturedAt: 'given at',
  locale: 'language',
  label: 'name',
  scheme: 'kind',
  expiresAt: 'expires',
  brandColor: 'color',
  logoUrl: 'logo',
  checkoutUrlTemplate: 'your own checkout',
  unkeyedWindowMs: 'repeat window',
  ip: 'IP address',
  url: 'URL',
};

/** `lineItems.0.price` as `Line 1, price`, `customer.firstName` as `First name`. */
export function fieldText(path: string): string {
  const parts = path.split('.');
  const name = parts.findLast((part) => !/^\d+$/.test(part)) ?? path;
  const said = labels[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const text = parts[0] === 'lineItems' && parts[1] ? `line ${Number(parts[1]) + 1}, ${said}` : said;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Fields whose ids are not their API names. */
const idOf = (path: string) => (path === 'unkeyedWindowMs' ? 'unkeyedWindow' : path);

/** Why something was refused, in the words that the API uses, with a way to each wrong field. */
export const Refused = ({ refusal, title }: { refusal: Refusal; title: string }) => (
  <Flash tone="bad">
    <h2>{title}</h2>
    {refusal.errors && refusal.errors.length > 0 ? (
      <ul>
        {refusal.errors.map(({ path, message }) => (
          <li>
            {path === '' ? null : (
              <>
                <a href={`#${idOf(path)}`}>{fieldText(path)}</a>
                {': '}
              </>
            )}
            {message}
          </li>
        ))}
      </ul>
    ) : (
      <p>{refusal.detail}</p>
    )}
  </Flash>
);
