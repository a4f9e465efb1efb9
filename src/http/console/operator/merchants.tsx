import { type Refusal, statusOf } from '../../../errors.ts';
import type { Merchant } from '../../../model/merchant.ts';
import { listMerchants } from '../../../store/merchants.ts';
import { addMerchant } from '../../admin/merchants.ts';
import { MerchantCreate, parseUuid } from '../../admin/schemas.ts';
import { validate } from '../../body.ts';
import type { FormFields } from '../form-fields.ts';
import { Icon } from '../icons.tsx';
import { Refused } from '../parts/flash.tsx';
import { ActionForm, Field, type FieldProps, Select, wrongOf } from '../parts/form.tsx';
import { Badge, Panel } from '../parts/panel.tsx';
import { type Column, Empty, Paging, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { shell } from '../shell.tsx';
import type { OperatorVisit } from '../visit.ts';

const ROWS = 50;
export const operatorPath = '/console/operator';

const columnsOf = (now: number): Column<Merchant>[] => [
  {
    name: 'Merchant',
    cell: ({ id, name }) => (
      <a class="main-link" href={`${operatorPath}/merchants/${id}`}>
        {name}
      </a>
    ),
  },
  {
    name: 'State',
    cell: ({ suspendedAt }) =>
      suspendedAt === null ? <Badge tone="good">Active</Badge> : <Badge tone="bad">Suspended</Badge>,
  },
  {
    name: 'Mode',
    cell: ({ mode }) => <Badge tone={mode === 'live' ? 'info' : 'calm'}>{mode === 'live' ? 'Live' : 'Test'}</Badge>,
  },
  { name: 'Country', cell: ({ country }) => country },
  { name: 'Since', cell: ({ createdAt }) => <Time at={createdAt} zone="UTC" now={now} /> },
  { name: 'Id', whole: true, cell: ({ id }) => <code>{id}</code> },
];

const placeOf = (text: string | undefined): string => (text && /^[0-9a-f-]{36}$/i.test(text) ? text.toLowerCase() : '');

/** `/console/operator`: all merchants, by id. */
export async function merchantList(visit: OperatorVisit): Promise<Response> {
  const { c } = visit;
  const wanted = (c.req.query('id') ?? '').trim();
  const id = parseUuid(wanted);
  if (id !== null) return c.redirect(`${operatorPath}/merchants/${id}`, 303);
  const after = placeOf(c.req.query('after'));
  const found = await listMerchants(c.env.DB, after, ROWS + 1);
  const page = found.slice(0, ROWS);
  const last = page.at(-1);
  return shell(
    visit,
    {
      title: 'Merchants',
      about: 'Times in UTC.',
      actions: (
        <a class="button" href={`${operatorPath}/new`}>
          New merchant
        </a>
      ),
    },
    <>
      <Find wanted={wanted} />
      <Panel plain>
        <Table
          label="Merchants"
          columns={columnsOf(c.get('now'))}
          rows={page}
          empty={
            <Empty title="No merchants yet">
              <p>Create one, issue a key for it, and its people can sign in.</p>
            </Empty>
          }
        />
        {page.length > 0 ? (
          <Paging
            text={`${page.length} ${page.length === 1 ? 'merchant' : 'merchants'}`}
            names={{ first: 'First', next: 'Next' }}
            newer={after ? operatorPath : null}
            older={found.length > ROWS && last ? `${operatorPath}?after=${last.id}` : null}
          />
        ) : null}
      </Panel>
    </>,
  );
}

/** To one merchant, by the id that logs and callers name. */
const Find = ({ wanted }: { wanted: string }) => (
  <search>
    <form class="search short" method="get" action={operatorPath} aria-label="Find a merchant">
      <div class="find">
        <Icon name="search" />
        <label class="out" for="id">
          Merchant id
        </label>
        <input
          id="id"
          name="id"
          type="search"
          value={wanted}
          placeholder="Merchant id"
          aria-invalid={wanted ? 'true' : undefined}
          aria-describedby={wanted ? 'id-wrong' : undefined}
        />
        {wanted ? (
          <span class="wrong" id="id-wrong">
            Must be a whole id, a UUID.
          </span>
        ) : null}
      </div>
      <button class="button quiet" type="submit">
        Find
      </button>
    </form>
  </search>
);

type Draft = { [name in 'name' | 'mode' | 'country' | 'locale' | 'parentId']: string };
const fresh: Draft = { name: '', mode: 'test', country: 'US', locale: 'en-US', parentId: '' };
const modes = [
  { value: 'test', label: 'Test' },
  { value: 'live', label: 'Live' },
];

function newForm(visit: OperatorVisit, draft: Draft, refused: Refusal | null): Promise<Response> {
  const field = (name: keyof Draft, props: Omit<FieldProps, 'name'>) => (
    <Field name={name} value={draft[name]} wrong={wrongOf(refused?.errors, name)} {...props} />
  );
  return shell(
    visit,
    {
      title: 'New merchant',
      above: { name: 'Merchants', path: operatorPath },
      status: refused ? statusOf[refused.code] : 200,
    },
    <div class="narrow">
      {refused ? <Refused refusal={refused} title="It was not created." /> : null}
      <Panel>
        <ActionForm visit={visit} action={`${operatorPath}/new`} label="New merchant">
          {field('name', { label: 'Name', maxlength: 255, required: true })}
          <div class="pair">
            <Select
              name="mode"
              label="Mode"
              value={draft.mode}
              choices={modes}
              hint="Test: no message leaves the gateway. Cannot be changed later."
              wrong={wrongOf(refused?.errors, 'mode')}
            />
            {field('country', { label: 'Country', maxlength: 2, hint: 'ISO 3166-1, such as US.' })}
            {field('locale', { label: 'Language', hint: 'BCP 47, such as en-US.' })}
            {field('parentId', { label: 'Parent', hint: 'Its id, if it has one. Cannot be changed later.' })}
          </div>
          <div class="row">
            <button class="button" type="submit">
              Create
            </button>
            <a href={operatorPath}>Back</a>
          </div>
        </ActionForm>
      </Panel>
    </div>,
  );
}

export const showNewMerchant = (visit: OperatorVisit): Promise<Response> => newForm(visit, fresh, null);

export async function createMerchant(visit: OperatorVisit, form: FormFields): Promise<Response> {
  const text = (name: keyof Draft) => form.text(name) ?? '';
  const draft: Draft = {
    name: text('name'),
    mode: text('mode'),
    country: text('country'),
    locale: text('locale'),
    parentId: text('parentId'),
  };
  const { parentId, ...rest } = draft;
  const checked = validate(MerchantCreate, { ...rest, parentId: parentId || null }, 'form');
  if (checked.kind === 'refused') return newForm(visit, draft, checked.refusal);
  const made = await addMerchant(visit.c, visit.actor, checked.value);
  if (made.kind === 'refused') return newForm(visit, draft, made.refusal);
  return visit.c.redirect(`${operatorPath}/merchants/${made.merchant.id}?done=merchant`, 303);
}
