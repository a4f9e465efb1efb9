import type { Child } from 'hono/jsx';
import type { FieldError } from '../../../errors.ts';
import type { Visit } from '../visit.ts';

/** In every form that changes something: without it, it is refused. */
export const FormToken = ({ visit }: { visit: Visit }) => (
  <input type="hidden" name="formToken" value={visit.session.formToken} />
);

/** A form that changes something. @param label its name for screen readers; none for a mere button in a row, where the button says it all @param once a key that makes a second click the same request */
export const ActionForm = (props: {
  visit: Visit;
  action: string;
  class?: string;
  label?: string;
  once?: boolean;
  children: Child;
}) => (
  <form method="post" action={props.action} class={props.class ?? 'form'} aria-label={props.label}>
    <FormToken visit={props.visit} />
    {props.once ? <input type="hidden" name="once" value={crypto.randomUUID()} /> : null}
    {props.children}
  </form>
);

export type FieldProps = {
  name: string;
  label: string;
  value?: string | null;
  hint?: string;
  /** What is wrong with it. */
  wrong?: string | undefined;
  type?: 'text' | 'email' | 'tel' | 'url' | 'search' | 'date' | 'datetime-local' | 'number' | 'password';
  required?: boolean;
  placeholder?: string;
  autocomplete?: string;
  inputmode?: 'decimal' | 'numeric' | 'email' | 'tel' | 'url';
  autofocus?: boolean;
  min?: string;
  max?: string;
  maxlength?: number;
};

const describedBy = ({ name, hint, wrong }: Pick<FieldProps, 'name' | 'hint' | 'wrong'>): string | undefined =>
  [hint ? `${name}-hint` : null, wrong ? `${name}-wrong` : null].filter(Boolean).join(' ') || undefined;

/** What belongs to every field: its label above, its hint and what is wrong below, tied to it for screen readers. */
const Framed = ({
  field,
  children,
}: {
  field: Pick<FieldProps, 'name' | 'label' | 'hint' | 'wrong'>;
  children: Child;
}) => (
  <div class="field">
    <label for={field.name}>{field.label}</label>
    {children}
    {field.hint ? (
      <span class="hint" id={`${field.name}-hint`}>
        {field.hint}
      </span>
    ) : null}
    {field.wrong ? (
      <span class="wrong" id={`${field.name}-wrong`}>
        {field.wrong}
      </span>
    ) : null}
  </div>
);

/** A field of one line. */
export const Field = ({ label, hint, wrong, value, type, ...rest }: FieldProps) => (
  <Framed field={{ name: rest.name, label, ...(hint ? { hint } : {}), wrong }}>
    <input
      {...rest}
      id={rest.name}
      type={type ?? 'text'}
      value={value ?? ''}
      aria-invalid={wrong ? 'true' : undefined}
      aria-describedby={describedBy({ name: rest.name, ...(hint ? { hint } : {}), wrong })}
    />
  </Framed>
);

export type Choice = { value: string; label: string };

/** A choice out of a few. @param submits send the form when it changes, where there are scripts */
export const Select = (props: {
  name: string;
  label: string;
  value: string;
  choices: readonly Choice[];
  hint?: string;
  wrong?: string | undefined;
  submits?: boolean;
}) => (
  <Framed field={props}>
    <select
      id={props.name}
      name={props.name}
      aria-invalid={props.wrong ? 'true' : undefined}
      aria-describedby={describedBy(props)}
      data-submit={props.submits ? 'yes' : undefined}
    >
      {props.choices.map(({ value, label }) => (
        <option value={value} selected={value === props.value}>
          {label}
        </option>
      ))}
    </select>
  </Framed>
);

/** A text of several lines. */
export const TextArea = (props: Pick<FieldProps, 'name' | 'label' | 'value' | 'hint' | 'wrong' | 'maxlength'>) => (
  <Framed field={props}>
    <textarea
      id={props.name}
      name={props.name}
      maxlength={props.maxlength}
      aria-invalid={props.wrong ? 'true' : undefined}
      aria-describedby={describedBy(props)}
    >
      {props.value ?? ''}
    </textarea>
  </Framed>
);

/** A yes or no, with what it means. */
export const Check = (props: { name: string; label: Child; checked?: boolean; value?: string }) => (
  <label class="check">
    <input type="checkbox" name={props.name} value={props.value ?? 'yes'} checked={props.checked} />
    <span>{props.label}</span>
  </label>
);

/** One of several. */
export const Radio = (props: { name: string; value: string; label: Child; checked: boolean }) => (
  <label class="check">
    <input type="radio" name={props.name} value={props.value} checked={props.checked} />
    <span>{props.label}</span>
  </label>
);

/** What is wrong with a field, among the errors of a refusal. */
export const wrongOf = (errors: readonly FieldError[] | undefined, ...paths: string[]): string | undefined =>
  errors?.find(({ path }) => paths.includes(path))?.message;
