import type { Merchant } from '../../../model/merchant.ts';
import { Icon } from '../icons.tsx';
import { type Choice, Field, Select } from '../parts/form.tsx';
import type { Asked } from './filter.ts';
import { deliveryWords, statusWords } from './words.ts';

const choices = (any: string, words: Record<string, { text: string }>): Choice[] => [
  { value: '', label: any },
  ...Object.entries(words).map(([value, { text }]) => ({ value, label: text })),
];

const statuses: Choice[] = [
  { value: '', label: 'Any status' },
  { value: 'open', label: 'Can be paid' },
  ...choices('', statusWords).slice(1),
];
const deliveries = choices('Any delivery', deliveryWords);

const owners = ([own, ...children]: readonly Pick<Merchant, 'id' | 'name'>[]): Choice[] =>
  own
    ? [
        { value: '', label: own.name },
        { value: 'all', label: 'All merchants' },
        ...children.map(({ id, name }) => ({ value: id, label: name })),
      ]
    : [];

/** The search over the list. @param merchants the merchant and its children; empty: it has none */
export const SearchForm = ({
  asked,
  merchants,
}: {
  asked: Asked;
  merchants: readonly Pick<Merchant, 'id' | 'name'>[];
}) => (
  <search>
    <form class="search" method="get" action="/console/paylinks" aria-label="Search Paylinks">
      <div class="find">
        <Icon name="search" />
        <label class="out" for="q">
          Email, phone, invoice, order or Paylink id
        </label>
        <input id="q" name="q" type="search" value={asked.q} placeholder="Email, phone, invoice, order or id" />
        <span class="slash" aria-hidden="true">
          /
        </span>
      </div>
      <Select name="status" label="Status" value={asked.status} choices={statuses} submits />
      <Select name="delivery" label="Delivery" value={asked.delivery} choices={deliveries} submits />
      <Field name="from" label="Created from" type="date" value={asked.from} />
      <Field name="to" label="to" type="date" value={asked.to} />
      {merchants.length > 0 ? (
        <Select name="merchant" label="Merchant" value={asked.merchant} choices={owners(merchants)} submits />
      ) : null}
      <button class="button quiet" type="submit">
        Search
      </button>
    </form>
  </search>
);
