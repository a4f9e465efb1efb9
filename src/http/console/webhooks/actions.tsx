import { type Refusal, refusal } from '../../../errors.ts';
import { changeEndpoint, type Managed, removeEndpoint, rotateEndpointSecret } from '../../../webhooks/endpoints.ts';
import { replayDeliveries, testEndpoint } from '../../../webhooks/replay.ts';
import { validate } from '../../body.ts';
import { ChangeBody } from '../../rest/webhook-endpoints.ts';
import { instantOf } from '../clock.ts';
import type { FormFields } from '../form-fields.ts';
import { Secret } from '../parts/secret.tsx';
import { shell } from '../shell.tsx';
import type { MerchantVisit } from '../visit.ts';
import { bodyOf, endpointFrom } from './endpoint-form.tsx';
import { contextOf } from './list.tsx';
import { endpointPage, endpointPath, noSuchEndpoint } from './show.tsx';

const idOf = (visit: MerchantVisit) => visit.params.endpointId ?? '';

const back = (visit: MerchantVisit, done: string) => visit.c.redirect(`${endpointPath(idOf(visit))}?done=${done}`, 303);

/** Goes back to the endpoint, or says there why not. */
async function told(visit: MerchantVisit, doing: Promise<Managed<object>>, done: string, title: string) {
  const result = await doing;
  return result.kind === 'done' ? back(visit, done) : endpointPage(visit, { title, refusal: result.refusal });
}

/** Sends a test event to the endpoint. */
export const sendTest = (visit: MerchantVisit) =>
  told(visit, testEndpoint(contextOf(visit), idOf(visit)), 'test', 'No test was sent.');

const switched = (visit: MerchantVisit, enabled: boolean) =>
  told(
    visit,
    changeEndpoint(contextOf(visit), idOf(visit), { enabled }),
    enabled ? 'endpoint-on' : 'endpoint-off',
    'It was not switched.',
  );
/** Switches the endpoint on; its past failures are forgotten. */
export const enable = (visit: MerchantVisit) => switched(visit, true);
/** Switches the endpoint off. */
export const disable = (visit: MerchantVisit) => switched(visit, false);

/** Changes the endpoint, or shows the form with what is wrong. */
export async function saveEndpoint(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const draft = endpointFrom(form);
  const title = 'It was not changed.';
  const checked = validate(ChangeBody, bodyOf(draft), 'form');
  if (checked.kind === 'refused') return endpointPage(visit, { title, refusal: checked.refusal, draft });
  const changed = await changeEndpoint(contextOf(visit), idOf(visit), checked.value);
  if (changed.kind === 'done') return back(visit, 'endpoint-changed');
  return endpointPage(visit, { title, refusal: changed.refusal, draft });
}

const noTime: Refusal = refusal('invalid_request', 'Give a date and a time.', {
  errors: [{ path: '', message: 'Give a date and a time.' }],
});

/** Sends one delivery again, or all since a time of the merchant's clock. */
export async function replay(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const title = 'Nothing is sent again.';
  const deliveryId = form.text('deliveryId');
  const since = instantOf(form.text('since') ?? '', visit.caller.merchant.timeZone ?? 'UTC');
  const of = deliveryId !== null ? { deliveryId } : since === null ? null : { since };
  if (of === null) return endpointPage(visit, { title, refusal: noTime });
  const replayed = await replayDeliveries(contextOf(visit), idOf(visit), of);
  if (replayed.kind === 'refused') return endpointPage(visit, { title, refusal: replayed.refusal });
  return back(visit, replayed.nextSince === null ? 'replayed' : 'replayed-part');
}

/** Gives it a new secret. Only this answer shows it. */
export async function rotate(visit: MerchantVisit): Promise<Response> {
  const rotated = await rotateEndpointSecret(contextOf(visit), idOf(visit));
  if (rotated.kind === 'refused') return noSuchEndpoint(visit);
  const path = endpointPath(idOf(visit));
  return shell(
    visit,
    { title: 'The new signing secret', above: { name: 'The endpoint', path } },
    <Secret name="Signing secret" secret={rotated.secret} next={{ name: 'To the endpoint', path }}>
      For a day events are signed with the old one too, so that your server can change without losing any.
    </Secret>,
  );
}

/** Removes the endpoint. What waits for it is not sent. */
export async function remove(visit: MerchantVisit): Promise<Response> {
  if (!(await removeEndpoint(contextOf(visit), idOf(visit)))) return noSuchEndpoint(visit);
  return visit.c.redirect('/console/webhooks?done=endpoint-removed', 303);
}
