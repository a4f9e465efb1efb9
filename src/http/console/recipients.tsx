import { type Refusal, refusal, statusOf } from '../../errors.ts';
import type { Channel } from '../../model/delivery.ts';
import { eraseRecipient } from '../../paylinks/erase-recipient.ts';
import { normalizePhone } from '../../paylinks/recipients/recipient.ts';
import { liftSuppression, listSuppressions, suppressionsOfRecipient } from '../../paylinks/recipients/suppressions.ts';
import type { Suppression, SuppressionReason } from '../../store/suppressions.ts';
import { validate } from '../body.ts';
import { nextCursor, parseCursor } from '../rest/paging.ts';
import { EraseBody } from '../rest/suppressions.ts';
import { verbContext } from '../verb-context.ts';
import type { FormFields } from './form-fields.ts';
import { Icon } from './icons.tsx';
import { Refused } from './parts/flash.tsx';
import { ActionForm, Check, Field, wrongOf } from './parts/form.tsx';
import { Badge, Panel } from './parts/panel.tsx';
import { type Column, Empty, Paging, Table } from './parts/table.tsx';
import { Time } from './parts/time.tsx';
import { shell } from './shell.tsx';
import { type MerchantVisit, may } from './visit.ts';

const PAGE_ROWS = 25;
const path = '/console/recipients';

const reasons: Record<SuppressionReason, { text: string; why: string; tone: 'warn' | 'bad' | 'calm' }> = {
  hard_bounce: { text: 'Bounced', why: 'The address does not exist, as its provider says.', tone: 'bad' },
  complaint: { text: 'Complained', why: 'The recipient marked a message as spam.', tone: 'warn' },
  stop: { text: 'Said STOP', why: 'The recipient answered STOP to a text message.', tone: 'warn' },
  unsubscribe: { text: 'Unsubscribed', why: 'The recipient used the link in an email.', tone: 'warn' },
  erased: { text: 'Erased', why: 'The recipient was erased; only a hash is kept.', tone: 'calm' },
};

/** The search for what was sent to an address. */
const paylinksOf = (recipient: string) => `/console/paylinks?q=${encodeURIComponent(recipient)}`;

const columnsOf = (visit: MerchantVisit): Column<Suppression>[] => {
  const zone = visit.caller.merchant.timeZone ?? 'UTC';
  const now = visit.c.get('now');
  return [
    {
      name: 'Recipient',
      cell: ({ recipient, channel, merchantId }) => (
        <>
          {recipient ? (
            <a href={paylinksOf(recipient)}>{recipient}</a>
          ) : (
            <span class="soft">{merchantId === '*' ? 'This number' : 'An erased address'}</span>
          )}
          <div class="soft small">{channel === 'EMAIL' ? 'Email' : 'SMS'}</div>
        </>
      ),
    },
    { name: 'Since', number: true, cell: ({ createdAt }) => <Time at={createdAt} zone={zone} now={now} /> },
    {
      name: 'Why',
      cell: ({ reason }) => (
        <>
          <Badge tone={reasons[reason].tone}>{reasons[reason].text}</Badge>
          <div class="soft small">{reasons[reason].why}</div>
        </>
      ),
    },
    {
      name: '',
      number: true,
      whole: true,
      cell: (suppression) => <Lift visit={visit} suppression={suppression} />,
    },
  ];
};

/** Only a bounce may turn out to be wrong; all else the recipient has decided. */
const Lift = ({ visit, suppression }: { visit: MerchantVisit; suppression: Suppression }) =>
  suppression.reason === 'hard_bounce' &&
  suppression.merchantId === visit.caller.merchant.id &&
  may(visit, 'recipients:erase') ? (
    <ActionForm visit={visit} action={`${path}/${suppression.id}/lift`} class="inline">
      <button class="button quiet small" type="submit">
        Lift<span class="out"> for {suppression.recipient}</span>
      </button>
    </ActionForm>
  ) : (
    <span class="soft small">{suppression.reason === 'hard_bounce' ? '' : 'Only the recipient decides'}</span>
  );

type Answer = { title: string; refusal: Refusal; typed?: { email: string; phone: string } } | null;

/** `/console/recipients`: who gets no messages, and why. */
export const recipients = (visit: MerchantVisit): Promise<Response> => recipientsPage(visit, null);

async function recipientsPage(visit: MerchantVisit, answer: Answer): Promise<Response> {
  const { c, caller } = visit;
  const ctx = verbContext(c, caller);
  const q = (c.req.query('q') ?? '').trim().slice(0, 255);
  const cursor = parseCursor(c.req.query('cursor'));
  const after = cursor ? { createdAt: cursor.at, id: cursor.id } : undefined;
  const { page, more } =
    q === ''
      ? await listSuppressions(ctx, { limit: PAGE_ROWS, after })
      : { page: await suppressionsOfRecipient(ctx, q), more: false };
  const last = page.at(-1);
  const older = nextCursor(more, last && { at: last.createdAt, id: last.id });
  return shell(
    visit,
    {
      title: 'Recipients',
      about: 'Who gets no messages from you, and why. Look up a customer to see whether they do.',
      status: answer ? statusOf[answer.refusal.code] : 200,
    },
    <>
      {answer ? <Refused refusal={answer.refusal} title={answer.title} /> : null}
      <search>
        <form class="search short" method="get" action={path} aria-label="Look up a recipient">
          <div class="find">
            <Icon name="search" />
            <label class="out" for="q">
              Email or phone
            </label>
            <input id="q" name="q" type="search" value={q} placeholder="Email or phone" />
          </div>
          <button class="button quiet" type="submit">
            Look up
          </button>
        </form>
      </search>
      <Panel plain>
        <Table label="Suppressed recipients" columns={columnsOf(visit)} rows={page} empty={<NoneFound q={q} />} />
        {page.length > 0 ? (
          <Paging
            text={`${page.length}${more ? ' newest' : ''} ${page.length === 1 ? 'recipient' : 'recipients'}`}
            newer={cursor ? path : null}
            older={older === null ? null : `${path}?cursor=${older}`}
          />
        ) : null}
      </Panel>
      {may(visit, 'recipients:erase') ? <EraseForm visit={visit} answer={answer} /> : null}
    </>,
  );
}

const NoneFound = ({ q }: { q: string }) =>
  q === '' ? (
    <Empty title="Everybody gets your messages">
      <p>An address that bounces, complains, unsubscribes or says STOP is listed here.</p>
    </Empty>
  ) : (
    <Empty title="Nothing stands in the way">
      <p>No suppression is known for this address. It must be typed in full.</p>
      <a class="button quiet" href={paylinksOf(q)}>
        Their Paylinks
      </a>
    </Empty>
  );

const EraseForm = ({ visit, answer }: { visit: MerchantVisit; answer: Answer }) => (
  <Panel title="Erase a recipient">
    <ActionForm visit={visit} action={`${path}/erase`} label="Erase a recipient">
      <p class="soft">
        Takes an address, and the name with it, out of every Paylink and message of yours. It gets no more messages.
        This cannot be undone.
      </p>
      <div class="pair">
        <Field
          name="email"
          label="Email"
          type="email"
          autocomplete="off"
          value={answer?.typed?.email ?? ''}
          wrong={wrongOf(answer?.refusal.errors, 'email')}
        />
        <Field
          name="phone"
          label="or phone"
          type="tel"
          autocomplete="off"
          value={answer?.typed?.phone ?? ''}
          wrong={wrongOf(answer?.refusal.errors, 'phone')}
        />
      </div>
      <Check name="sure" label="I know that this cannot be undone" />
      <div>
        <button class="button bad" type="submit">
          Erase
        </button>
      </div>
    </ActionForm>
  </Panel>
);

/** Lifts a suppression, where that is the merchant’s to decide. */
export async function lift(visit: MerchantVisit): Promise<Response> {
  const lifted = await liftSuppression(verbContext(visit.c, visit.caller), visit.params.suppressionId ?? '');
  if (lifted.kind === 'done') return visit.c.redirect(`${path}?done=lifted`, 303);
  return recipientsPage(visit, { title: 'It was not lifted.', refusal: lifted.refusal });
}

const wrong = (fieldPath: string, message: string): Refusal =>
  refusal('invalid_request', message, { errors: [{ path: fieldPath, message }] });

/** The channel and the address to erase, or what is wrong with the form. */
function erasureOf(visit: MerchantVisit, form: FormFields): { channel: Channel; address: string } | Refusal {
  if (!form.isOn('sure')) return wrong('', 'Tick that you know that this cannot be undone.');
  const [email, phone] = [form.text('email'), form.text('phone')];
  const checked = validate(EraseBody, { ...(email ? { email } : {}), ...(phone ? { phone } : {}) }, 'form');
  if (checked.kind === 'refused') {
    return email && !phone
      ? wrong('email', 'Must be an email address.')
      : wrong('', 'Give either an email address or a phone number.');
  }
  if ('email' in checked.value) return { channel: 'EMAIL', address: checked.value.email };
  const { country } = visit.caller.merchant;
  const address = normalizePhone(checked.value.phone, country);
  return address
    ? { channel: 'SMS', address }
    : wrong('phone', `Must be an E.164 number or a possible number of ${country}.`);
}

/** Erases a recipient, once the form says that the person is sure. */
export async function erase(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const typed = { email: form.text('email') ?? '', phone: form.text('phone') ?? '' };
  const asked = erasureOf(visit, form);
  if ('code' in asked) return recipientsPage(visit, { title: 'Nobody was erased.', refusal: asked, typed });
  const { remaining } = await eraseRecipient(verbContext(visit.c, visit.caller), asked.channel, asked.address);
  return visit.c.redirect(`${path}?done=${remaining === 0 ? 'erased' : 'erasing'}`, 303);
}
