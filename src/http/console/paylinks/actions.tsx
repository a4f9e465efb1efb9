import { type Refusal, refusal } from '../../../errors.ts';
import type { Channel } from '../../../model/delivery.ts';
import { SendFields } from '../../../paylinks/domain/schemas.ts';
import { sendPaylink } from '../../../paylinks/send.ts';
import { cancelPaylink, settleDelivery } from '../../../paylinks/transitions.ts';
import { validate } from '../../body.ts';
import { verbContext } from '../../verb-context.ts';
import type { FormFields } from '../form-fields.ts';
import type { MerchantVisit } from '../visit.ts';
import { onceKey } from './edit.tsx';
import { noPaylink } from './missing.tsx';
import { type NotDone, paylinkPage, type Shown, shownIn } from './show.tsx';

/** How long a second click waits for the first one's outcome, s. */
const WAIT_SECONDS = 15;

const back = (visit: MerchantVisit, { paylink }: Shown, done: string) =>
  visit.c.redirect(`/console/paylinks/${paylink.id}?done=${done}`, 303);

/** The page as it stands now, with why not. */
async function refused(visit: MerchantVisit, notDone: NotDone): Promise<Response> {
  const shown = await shownIn(visit);
  return shown ? paylinkPage(visit, shown, notDone) : noPaylink(visit);
}

/** Sends by the channels that are ticked. The flags of the create do not bind a person; the customer's consent does. */
export async function send(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const shown = await shownIn(visit);
  if (!shown) return noPaylink(visit);
  const typed = {
    sendEmail: form.isOn('sendEmail'),
    sendSms: form.isOn('sendSms'),
    email: form.text('to.email') ?? '',
    phone: form.text('to.phone') ?? '',
  };
  const title = 'It was not sent.';
  const refuse = (why: Refusal) => paylinkPage(visit, shown, { title, refusal: why, typed });
  const to = { email: typed.email || null, phone: typed.phone || null };
  const checked = validate(SendFields, { sendEmail: typed.sendEmail, sendSms: typed.sendSms, to }, 'form');
  if (checked.kind === 'refused') return refuse(checked.refusal);
  const channels: Channel[] = [
    ...(typed.sendEmail ? (['EMAIL'] as const) : []),
    ...(typed.sendSms ? (['SMS'] as const) : []),
  ];
  if (channels.length === 0) return refuse(refusal('no_channel', 'Tick email or SMS.'));
  const overrides = { ...(to.email ? { EMAIL: to.email } : {}), ...(to.phone ? { SMS: to.phone } : {}) };
  const outcome = await sendPaylink(verbContext(visit.c, visit.caller), {
    paylinkId: shown.paylink.id,
    channels,
    to: Object.keys(overrides).length > 0 ? overrides : null,
    requireEnabled: false,
    idempotency: { key: onceKey(form), waitSeconds: WAIT_SECONDS },
  });
  switch (outcome.kind) {
    case 'sent':
      return back(visit, shown, 'sent');
    case 'pending':
      return back(visit, shown, 'pending');
    case 'failed':
      return refused(visit, {
        title,
        refusal: refusal('send_failed', `Every provider refused the message. ${outcome.reason}`.trim()),
        typed,
      });
    case 'refused':
      return refused(visit, { title, refusal: outcome.refusal, typed });
  }
}

/** Cancels for good. */
export async function cancel(visit: MerchantVisit): Promise<Response> {
  const shown = await shownIn(visit);
  if (!shown) return noPaylink(visit);
  const canceled = await cancelPaylink(verbContext(visit.c, visit.caller), shown.paylink.id);
  if (canceled.kind === 'done') return back(visit, shown, 'canceled');
  const isUnderWay = canceled.refusal.code === 'send_in_progress';
  const title = isUnderWay ? 'It is canceled, but a message was under way.' : 'It was not canceled.';
  return refused(visit, { title, refusal: canceled.refusal });
}

/** A person says what became of an attempt whose outcome is unknown. */
export async function settle(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const shown = await shownIn(visit);
  if (!shown) return noPaylink(visit);
  const title = 'It was not settled.';
  const status = form.text('status');
  if (status !== 'SENT' && status !== 'FAILED')
    return paylinkPage(visit, shown, { title, refusal: refusal('invalid_request', 'Say whether it was sent or not.') });
  const attemptId = form.text('attemptId')?.toLowerCase() ?? '';
  const settled = await settleDelivery(verbContext(visit.c, visit.caller), shown.paylink.id, { attemptId, status });
  if (settled.kind === 'done') return back(visit, shown, 'settled');
  return refused(visit, { title, refusal: settled.refusal });
}
