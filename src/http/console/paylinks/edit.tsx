import type { FieldError, Refusal } from '../../../errors.ts';
import { statusOf } from '../../../errors.ts';
import { parsePaylinkId } from '../../../paylink-id.ts';
import { createPaylink } from '../../../paylinks/create.ts';
import { CreateFields, UpdateFields } from '../../../paylinks/domain/schemas.ts';
import { findPaylink } from '../../../paylinks/read.ts';
import { updatePaylink } from '../../../paylinks/update.ts';
import { listChildren } from '../../../store/merchants.ts';
import { validate } from '../../body.ts';
import { verbContext } from '../../verb-context.ts';
import type { FormFields } from '../form-fields.ts';
import { Refused } from '../parts/flash.tsx';
import { ActionForm, type Choice } from '../parts/form.tsx';
import { shell } from '../shell.tsx';
import type { MerchantVisit } from '../visit.ts';
import { bodyOf, type Draft, draftFrom, draftOf, emptyDraft } from './draft.ts';
import { PaylinkFields } from './form.tsx';
import { noPaylink } from './missing.tsx';

const zoneOf = ({ caller }: MerchantVisit) => caller.merchant.timeZone ?? 'UTC';

const refusalFor = (errors: FieldError[]): Refusal => ({
  code: 'invalid_request',
  detail: 'Some fields are not valid.',
  errors,
});

/** The key under which a form is sent once, however often it is clicked. */
export const onceKey = (form: FormFields): string | null => {
  const once = form.text('once');
  return once && /^[\w-]{8,64}$/.test(once) ? `console-${once}` : null;
};

async function newForm(visit: MerchantVisit, draft: Draft, refused: Refusal | null): Promise<Response> {
  const { merchant } = visit.caller;
  const owners = [merchant, ...(await listChildren(visit.c.env.DB, merchant.id))];
  const choices: Choice[] = owners.length > 1 ? owners.map(({ id, name }) => ({ value: id, label: name })) : [];
  return shell(
    visit,
    {
      title: 'New Paylink',
      above: { name: 'Paylinks', path: '/console/paylinks' },
      status: refused ? statusOf[refused.code] : 200,
    },
    <ActionForm visit={visit} action="/console/paylinks/new" class="narrow" label="New Paylink" once>
      {refused ? <Refused refusal={refused} title="It was not created." /> : null}
      <PaylinkFields draft={draft} errors={refused?.errors} merchant={merchant} owners={choices} />
      <div class="row foot">
        <button class="button" type="submit">
          Create
        </button>
        <a href="/console/paylinks">Back</a>
      </div>
    </ActionForm>,
  );
}

/** `/console/paylinks/new`. */
export const showNew = (visit: MerchantVisit): Promise<Response> => newForm(visit, emptyDraft('USD'), null);

/** Creates a Paylink, once for each form, or shows the form with what is wrong. */
export async function createNew(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const { c, caller } = visit;
  const draft = draftFrom(form);
  const { body, errors } = bodyOf(draft, zoneOf(visit), null);
  if (errors.length > 0) return newForm(visit, draft, refusalFor(errors));
  const checked = validate(CreateFields, { merchantId: caller.merchant.id, ...body }, 'form');
  if (checked.kind === 'refused') return newForm(visit, draft, checked.refusal);
  const created = await createPaylink(verbContext(c, caller), checked.value, onceKey(form));
  if (created.kind === 'refused') return newForm(visit, draft, created.refusal);
  return c.redirect(`/console/paylinks/${created.paylink.id}?done=created`, 303);
}

function editForm(visit: MerchantVisit, id: string, draft: Draft, refused: Refusal | null): Promise<Response> {
  const path = `/console/paylinks/${id}`;
  return shell(
    visit,
    {
      title: 'Change the Paylink',
      above: { name: 'The Paylink', path },
      status: refused ? statusOf[refused.code] : 200,
    },
    <ActionForm visit={visit} action={`${path}/edit`} class="narrow" label="Change the Paylink" once>
      {refused ? <Refused refusal={refused} title="It was not changed." /> : null}
      <PaylinkFields draft={draft} errors={refused?.errors} merchant={visit.caller.merchant} />
      <div class="row foot">
        <button class="button" type="submit">
          Save
        </button>
        <a href={path}>Back</a>
      </div>
    </ActionForm>,
  );
}

const foundIn = async ({ c, caller, params }: MerchantVisit) => {
  const id = parsePaylinkId(params.paylinkId ?? '');
  return id === null ? null : findPaylink(verbContext(c, caller), id);
};

/** `/console/paylinks/{id}/edit`. */
export async function showEdit(visit: MerchantVisit): Promise<Response> {
  const paylink = await foundIn(visit);
  return paylink ? editForm(visit, paylink.id, draftOf(paylink, zoneOf(visit)), null) : noPaylink(visit);
}

/** Changes a Paylink, or shows the form with what is wrong. */
export async function saveEdit(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const paylink = await foundIn(visit);
  if (!paylink) return noPaylink(visit);
  const draft = draftFrom(form);
  const refuse = (refusal: Refusal) => editForm(visit, paylink.id, draft, refusal);
  const { body, errors } = bodyOf(draft, zoneOf(visit), paylink);
  if (errors.length > 0) return refuse(refusalFor(errors));
  const checked = validate(UpdateFields, body, 'form');
  if (checked.kind === 'refused') return refuse(checked.refusal);
  const updated = await updatePaylink(verbContext(visit.c, visit.caller), paylink.id, checked.value, onceKey(form));
  if (updated.kind === 'refused') return refuse(updated.refusal);
  return visit.c.redirect(`/console/paylinks/${paylink.id}?done=changed`, 303);
}
