import { languages } from '../../../delivery/message/locales/language.ts';
import { type Refusal, statusOf } from '../../../errors.ts';
import { findMerchant } from '../../../store/merchants.ts';
import { validate } from '../../body.ts';
import { changeSettings, newSettingsSecret, SettingsUpdate } from '../../rest/settings.ts';
import type { FormFields } from '../form-fields.ts';
import { Refused } from '../parts/flash.tsx';
import { ActionForm, Check, type Choice, Field, type FieldProps, FormToken, Select, wrongOf } from '../parts/form.tsx';
import { Panel } from '../parts/panel.tsx';
import { Secret } from '../parts/secret.tsx';
import { shell } from '../shell.tsx';
import type { MerchantVisit } from '../visit.ts';
import { bodyOf, draftFrom, draftOf, type SettingsDraft } from './draft.ts';

const path = '/console/settings';

const names = new Intl.DisplayNames('en', { type: 'language' });
const languageChoices: Choice[] = Object.keys(languages).map((tag) => ({ value: tag, label: names.of(tag) ?? tag }));
const kinds: Choice[] = [
  { value: 'email', label: 'Email' },
  { value: 'sms', label: 'SMS' },
  { value: 'page', label: 'Page' },
];

/** `/console/settings`: as stored, not as this isolate remembers them. */
export async function showSettings(visit: MerchantVisit): Promise<Response> {
  const merchant = await findMerchant(visit.c.env.DB, visit.caller.merchant.id);
  return settingsPage(visit, draftOf(merchant ?? visit.caller.merchant), null);
}

/** Saves the settings by the rules of `PATCH /settings`, or shows them with what is wrong. */
export async function saveSettings(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const draft = draftFrom(form);
  const checked = validate(SettingsUpdate, bodyOf(draft), 'form');
  if (checked.kind === 'refused') return settingsPage(visit, draft, checked.refusal);
  await changeSettings(visit.c, visit.caller, checked.value);
  return visit.c.redirect(`${path}?done=settings`, 303);
}

/** A new secret for what callback URLs are told. Only this answer shows it. */
export async function newSecret(visit: MerchantVisit): Promise<Response> {
  const { secret } = await newSettingsSecret(visit.c, visit.caller);
  return shell(
    visit,
    { title: 'The new callback secret', above: { name: 'Settings', path } },
    <Secret name="Callback secret" secret={secret} next={{ name: 'To the settings', path }}>
      It signs what the callback URL of a payment session is told. For a day the old one signs too.
    </Secret>,
  );
}

function settingsPage(visit: MerchantVisit, draft: SettingsDraft, refused: Refusal | null): Promise<Response> {
  const errors = refused?.errors;
  const field = (name: Exclude<keyof SettingsDraft, 'consentByContract'>, props: Omit<FieldProps, 'name'>) => (
    <Field name={name} value={draft[name]} wrong={wrongOf(errors, name)} {...props} />
  );
  return shell(
    visit,
    { title: 'Settings', about: 'Used everywhere within 30 seconds.', status: refused ? statusOf[refused.code] : 200 },
    <>
      {refused ? <Refused refusal={refused} title="The settings were not saved." /> : null}
      <form class="columns settings" method="post" action={path} aria-label="Settings">
        <FormToken visit={visit} />
        <div>
          <Panel title="Brand">
            <div class="form">
              {field('name', { label: 'Name', maxlength: 255, required: true })}
              <div class="pair">
                {field('brandColor', { label: 'Color', placeholder: '#0f766e', hint: 'As #rrggbb.' })}
                {field('supportEmail', { label: 'Support email', type: 'email' })}
              </div>
              {field('logoUrl', { label: 'Logo', type: 'url', placeholder: 'https://…' })}
            </div>
          </Panel>
          <Panel title="Language and place">
            <div class="pair">
              {field('locale', { label: 'Language', hint: 'BCP 47, such as en-US.' })}
              {field('timeZone', { label: 'Time zone', placeholder: 'UTC', hint: 'IANA, such as Europe/Berlin.' })}
              {field('country', { label: 'Country', maxlength: 2, hint: 'Numbers without + are of it.' })}
              {field('smsCountries', { label: 'SMS go to', hint: 'Countries, such as US, CA.' })}
            </div>
          </Panel>
          <Panel title="Limits and checkout">
            <div class="form">
              <div class="pair">
                {field('paylinkSendCap', {
                  label: 'Sends per Paylink',
                  inputmode: 'numeric',
                  hint: 'In any 24 hours.',
                })}
                {field('recipientSendCap', {
                  label: 'Sends per recipient',
                  inputmode: 'numeric',
                  hint: 'In any 24 hours.',
                })}
                <Field
                  name="unkeyedWindow"
                  label="Repeat window, seconds"
                  inputmode="decimal"
                  hint="The same send within it is not sent twice."
                  value={draft.unkeyedWindow}
                  wrong={wrongOf(errors, 'unkeyedWindowMs')}
                />
              </div>
              {field('checkoutUrlTemplate', {
                label: 'Your own checkout',
                placeholder: 'https://shop.example.com/pay/{paylinkId}',
                hint: 'With {paylinkId} or {code}. Empty: the hosted page.',
              })}
              <Check
                name="consentByContract"
                checked={draft.consentByContract}
                label="Our contracts give consent to messages, where GraphQL does not ask for it"
              />
            </div>
          </Panel>
          <div class="row foot">
            <button class="button" type="submit">
              Save
            </button>
          </div>
        </div>
        <div class="sticky">
          <Panel title="Preview" plain>
            <div class="body">
              <div class="row bottom">
                <Select name="previewKind" label="Show" value="email" choices={kinds} />
                <Select name="previewLanguage" label="in" value={draft.locale.slice(0, 2)} choices={languageChoices} />
                <button
                  class="button quiet"
                  type="submit"
                  formaction={`${path}/preview`}
                  formtarget="preview"
                  formnovalidate
                  data-preview
                >
                  Show
                </button>
              </div>
            </div>
            <iframe class="preview" name="preview" src={`${path}/preview`} sandbox="" title="Preview" />
          </Panel>
        </div>
      </form>
      <Panel title="Callback secret">
        <ActionForm visit={visit} action={`${path}/secret`} label="New callback secret">
          <p class="soft">
            Signs what the callback URLs of payment sessions are told. For a day the old one signs too.
          </p>
          <div>
            <button class="button quiet" type="submit">
              New secret
            </button>
          </div>
        </ActionForm>
      </Panel>
    </>,
  );
}
