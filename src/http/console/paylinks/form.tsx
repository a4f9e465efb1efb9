import { languages } from '../../../delivery/message/locales/language.ts';
import type { FieldError } from '../../../errors.ts';
import type { Merchant } from '../../../model/merchant.ts';
import { Check, type Choice, Field, type FieldProps, Select, TextArea, wrongOf } from '../parts/form.tsx';
import { Panel } from '../parts/panel.tsx';
import { consentNames, type customerNames, type Draft } from './draft.ts';

const languageNames = new Intl.DisplayNames('en', { type: 'language' });
const languageChoices = (present: string, merchant: Merchant): Choice[] => {
  const known = ['', ...Object.keys(languages)];
  const own = known.includes(present) ? [] : [present];
  return [...known, ...own].map((tag) => ({
    value: tag,
    label: tag === '' ? `As the merchant (${merchant.locale})` : (languageNames.of(tag) ?? tag),
  }));
};

const customerFields: Record<Exclude<(typeof customerNames)[number], 'locale'>, Omit<FieldProps, 'name'>> = {
  email: { label: 'Email', type: 'email', inputmode: 'email', autocomplete: 'off' },
  phone: { label: 'Phone', type: 'tel', inputmode: 'tel', autocomplete: 'off' },
  firstName: { label: 'First name', autocomplete: 'off', maxlength: 100 },
  lastName: { label: 'Last name', autocomplete: 'off', maxlength: 100 },
};

type FormProps = { draft: Draft; errors: readonly FieldError[] | undefined; merchant: Merchant; owners?: Choice[] };

/** The fields of a Paylink, for creating and changing it. Names are those of the API. */
export function PaylinkFields({ draft, errors, merchant, owners = [] }: FormProps) {
  const { fields, on } = draft;
  const field = (name: string, props: Omit<FieldProps, 'name'>) => (
    <Field name={name} value={fields[name] ?? ''} wrong={wrongOf(errors, name)} {...props} />
  );
  const zone = merchant.timeZone ?? 'UTC';
  return (
    <>
      <Panel title="Customer">
        <div class="form">
          {owners.length > 0 ? (
            <Select
              name="merchantId"
              label="For"
              value={fields.merchantId ?? ''}
              choices={owners}
              wrong={wrongOf(errors, 'merchantId')}
            />
          ) : null}
          <div class="pair">
            {field('customer.firstName', customerFields.firstName)}
            {field('customer.lastName', customerFields.lastName)}
            {field('customer.email', customerFields.email)}
            {field('customer.phone', { ...customerFields.phone, hint: `With +, or a number of ${merchant.country}.` })}
            <Select
              name="customer.locale"
              label="Language"
              value={fields['customer.locale'] ?? ''}
              choices={languageChoices(fields['customer.locale'] ?? '', merchant)}
              wrong={wrongOf(errors, 'customer.locale')}
            />
          </div>
        </div>
      </Panel>
      <Panel title="What is paid for">
        <div class="form">
          <Lines draft={draft} errors={errors} />
          <div class="pair">
            {field('shipping', { label: 'Shipping', inputmode: 'decimal' })}
            {field('tax', { label: 'Tax on the whole', inputmode: 'decimal' })}
            {field('currencyCode', { label: 'Currency', maxlength: 3, hint: 'ISO 4217, such as USD.' })}
          </div>
        </div>
      </Panel>
      <Panel title="What the customer reads">
        <div class="form">
          {field('description', { label: 'Description', maxlength: 255, hint: 'One line: what the payment is for.' })}
          <TextArea
            name="memo"
            label="Note"
            value={fields.memo ?? ''}
            wrong={wrongOf(errors, 'memo')}
            maxlength={255}
          />
        </div>
      </Panel>
      <Panel title="For yourself">
        <div class="pair">
          {field('merchantInvoiceId', { label: 'Invoice number', maxlength: 255, hint: 'The customer never sees it.' })}
          {field('expiration', {
            label: 'Can be paid until',
            type: 'datetime-local',
            hint: `Time zone: ${zone}. Empty: 30 days.`,
          })}
        </div>
      </Panel>
      <Panel title="Messages">
        <fieldset class="form">
          <legend class="out">Messages</legend>
          <Check name="sendEmail" label="May be sent by email" checked={on.sendEmail ?? false} />
          <Check name="sendSms" label="May be sent by SMS" checked={on.sendSms ?? false} />
          <Check
            name="customerConsent"
            label="The customer has agreed to get these messages"
            checked={on.customerConsent ?? false}
          />
          <Proof draft={draft} errors={errors} zone={zone} />
        </fieldset>
      </Panel>
    </>
  );
}

/** How the customer consented: for the merchant to prove it later. */
const Proof = ({ draft: { fields }, errors, zone }: Pick<FormProps, 'draft' | 'errors'> & { zone: string }) => {
  const of = (name: (typeof consentNames)[number]) => ({
    name: `consent.${name}`,
    value: fields[`consent.${name}`] ?? '',
    wrong: wrongOf(errors, `consent.${name}`),
  });
  return (
    <details open={consentNames.some((name) => fields[`consent.${name}`])}>
      <summary>Proof of consent</summary>
      <div class="form">
        <p class="soft small">Optional. Kept with the Paylink and never shown to the customer.</p>
        <div class="pair">
          <Field {...of('source')} label="Source" maxlength={255} hint="Such as “Checkout form” or “By telephone”." />
          <Field {...of('capturedAt')} label="Given at" type="datetime-local" hint={`Time zone: ${zone}.`} />
          <Field {...of('ip')} label="IP address" maxlength={45} />
        </div>
        <TextArea {...of('text')} label="What the customer agreed to" maxlength={2000} />
      </div>
    </details>
  );
};

const lineFields = [
  ['description', 'Item', 'text'],
  ['quantity', 'Quantity', 'numeric'],
  ['price', 'Price each', 'decimal'],
  ['tax', 'Tax', 'decimal'],
] as const;

const Lines = ({ draft, errors }: Pick<FormProps, 'draft' | 'errors'>) => (
  <div class="lines">
    <input type="hidden" name="lineCount" value={String(draft.lines.length)} />
    {draft.lines.map((line, n) => (
      <fieldset>
        <legend class="out">Line {n + 1}</legend>
        {lineFields.map(([name, label, mode]) => (
          <Field
            name={`lineItems.${n}.${name}`}
            label={label}
            value={line[name] ?? ''}
            wrong={wrongOf(errors, `lineItems.${n}.${name}`)}
            {...(mode === 'text' ? { maxlength: 255 } : { inputmode: mode })}
            {...(name === 'quantity' ? { placeholder: '1' } : {})}
          />
        ))}
      </fieldset>
    ))}
  </div>
);
