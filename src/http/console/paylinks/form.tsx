import { languages } from '../../../delivery/message/locales/language.ts';
import type { FieldError } from '../../../errors.ts';
import type { Merchant } from '../../../model/merchant.ts';
import { Check, type Choice, Field, type FieldProps, Select, TextArea, wrongOf } from '../parts/form.tsx';
import { Panel } from '../parts/panel.tsx';
import type { customerNames, Draft } from './draft.ts';

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
            hint: `By the clock of ${zone}. Empty: 30 days.`,
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
        </fieldset>
      </Panel>
    </>
  );
}

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
          />
        ))}
      </fieldset>
    ))}
  </div>
);
