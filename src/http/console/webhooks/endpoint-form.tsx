import type { FieldError } from '../../../errors.ts';
import { merchantEventTypes } from '../../../model/webhook.ts';
import type { FormFields } from '../form-fields.ts';
import { Check, Field, Select, wrongOf } from '../parts/form.tsx';

/** What the form of an endpoint holds, as typed. It has no `headers`, so that a change leaves them as they are. */
export type EndpointDraft = {
  url: string;
  description: string;
  all: boolean;
  eventTypes: readonly string[];
  format: string;
  includeChildren: boolean;
};

export const freshEndpoint: EndpointDraft = {
  url: '',
  description: '',
  all: true,
  eventTypes: [],
  format: 'standard',
  includeChildren: false,
};

/** The form of an endpoint as it was typed. */
export const endpointFrom = (form: FormFields): EndpointDraft => ({
  url: form.text('url') ?? '',
  description: form.text('description') ?? '',
  all: form.isOn('all'),
  eventTypes: form.all('eventTypes'),
  format: form.text('format') ?? 'standard',
  includeChildren: form.isOn('includeChildren'),
});

/** The body that the API would be sent. */
export const bodyOf = ({ all, eventTypes, description, ...rest }: EndpointDraft) => ({
  ...rest,
  description: description || null,
  eventTypes: all ? ['*'] : [...eventTypes],
});

const formats = [
  { value: 'standard', label: 'Standard Webhooks' },
  { value: 'skipify', label: 'skipify' },
];

/** The fields of an endpoint, for adding and changing one. */
export const EndpointFields = ({
  draft,
  errors,
}: {
  draft: EndpointDraft;
  errors: readonly FieldError[] | undefined;
}) => (
  <>
    <Field
      name="url"
      label="URL"
      type="url"
      value={draft.url}
      placeholder="https://shop.example.com/webhooks/paylinks"
      wrong={wrongOf(errors, 'url')}
      hint="https, reachable from the internet."
      required
    />
    <div class="pair">
      <Field
        name="description"
        label="Description"
        value={draft.description}
        maxlength={255}
        wrong={wrongOf(errors, 'description')}
      />
      <Select name="format" label="Format" value={draft.format} choices={formats} wrong={wrongOf(errors, 'format')} />
    </div>
    <fieldset class="form">
      <legend>Events</legend>
      <Check name="all" label="All, and those to come" checked={draft.all} />
      <details open={!draft.all}>
        <summary>Only some</summary>
        <div class="choices">
          {merchantEventTypes.map((type) => (
            <Check
              name="eventTypes"
              value={type}
              label={<code>{type}</code>}
              checked={draft.eventTypes.includes(type)}
            />
          ))}
        </div>
      </details>
    </fieldset>
    <Check name="includeChildren" label="Of child merchants too" checked={draft.includeChildren} />
  </>
);
