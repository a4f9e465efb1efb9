import type { Child } from 'hono/jsx';
import { issue, type Manager, revoke } from '../../../auth/credentials.ts';
import { listOf } from '../../../auth/scopes.ts';
import { type Refusal, refusal, statusOf } from '../../../errors.ts';
import type { Merchant } from '../../../model/merchant.ts';
import { type Credential, listCredentials } from '../../../store/credentials.ts';
import { findMerchant } from '../../../store/merchants.ts';
import { setMerchant } from '../../admin/merchants.ts';
import { credentialIssue, parseUuid } from '../../admin/schemas.ts';
import { validate } from '../../body.ts';
import type { FormFields } from '../form-fields.ts';
import { schemeWords, stateOf } from '../keys/words.ts';
import { Refused } from '../parts/flash.tsx';
import { ActionForm, Field, Select, wrongOf } from '../parts/form.tsx';
import { Badge, Panel } from '../parts/panel.tsx';
import { Secret } from '../parts/secret.tsx';
import { type Column, Empty, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { shell } from '../shell.tsx';
import type { OperatorVisit } from '../visit.ts';
import { operatorPath } from './merchants.tsx';

const pathOf = (id: string) => `${operatorPath}/merchants/${id}`;
const found = async ({ c, params }: OperatorVisit): Promise<Merchant | null> => {
  const id = parseUuid(params.merchantId);
  return id === null ? null : findMerchant(c.env.DB, id);
};

const managerOf = ({ c, actor }: OperatorVisit, merchantId: string): Manager => ({
  db: c.env.DB,
  config: c.get('config'),
  merchantId,
  actor,
  scopes: null,
  now: c.get('now'),
});

const missing = (visit: OperatorVisit): Promise<Response> =>
  shell(
    visit,
    { title: 'There is no such merchant', status: 404, above: { name: 'Merchants', path: operatorPath } },
    <Panel plain>
      <Empty title="The address may be mistyped" />
    </Panel>,
  );

type NotDone = { title: string; refusal: Refusal } | null;

/** `/console/operator/merchants/{id}`. */
export async function showMerchant(visit: OperatorVisit): Promise<Response> {
  const merchant = await found(visit);
  return merchant ? merchantPage(visit, merchant, null) : missing(visit);
}

const columnsOf = (visit: OperatorVisit, merchant: Merchant, now: number): Column<Credential>[] => [
  { name: 'Key', cell: ({ label, scheme }) => label ?? schemeWords[scheme].text },
  {
    name: 'State',
    cell: (credential) => <Badge tone={stateOf(credential, now).tone}>{stateOf(credential, now).text}</Badge>,
  },
  { name: 'Kind', named: true, cell: ({ scheme }) => schemeWords[scheme].text },
  { name: 'Scopes', named: true, cell: ({ scopes }) => (scopes === null ? 'Everything' : listOf(scopes).join(', ')) },
  {
    name: 'Last used',
    named: true,
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'Never' : <Time at={lastUsedAt} zone="UTC" now={now} />),
  },
  {
    name: '',
    number: true,
    whole: true,
    cell: ({ id, label, revokedAt }) =>
      revokedAt === null ? (
        <details class="menu">
          <summary>
            Revoke<span class="out"> {label ?? id}</span>
          </summary>
          <ActionForm visit={visit} action={`${pathOf(merchant.id)}/keys/${id}/revoke`}>
            <p class="small soft">It is refused within 30 seconds, for good.</p>
            <button class="button bad small" type="submit">
              Revoke for good<span class="out"> {label ?? id}</span>
            </button>
          </ActionForm>
        </details>
      ) : null,
  },
];

async function merchantPage(visit: OperatorVisit, merchant: Merchant, notDone: NotDone): Promise<Response> {
  const now = visit.c.get('now');
  const { id, suspendedAt } = merchant;
  const credentials = await listCredentials(visit.c.env.DB, id);
  return shell(
    visit,
    {
      title: merchant.name,
      status: notDone ? statusOf[notDone.refusal.code] : 200,
      above: { name: 'Merchants', path: operatorPath },
      about: (
        <span class="row">
          <Badge tone={suspendedAt === null ? 'good' : 'bad'}>{suspendedAt === null ? 'Active' : 'Suspended'}</Badge>
          <Badge tone="calm">{merchant.mode === 'live' ? 'Live' : 'Test'}</Badge>
          <code>{id}</code>
        </span>
      ),
    },
    <>
      {notDone ? <Refused refusal={notDone.refusal} title={notDone.title} /> : null}
      <Panel title="Keys" plain>
        <Table
          label="Keys"
          columns={columnsOf(visit, merchant, now)}
          rows={credentials.toReversed()}
          empty={<Empty title="No key yet" />}
        />
      </Panel>
      <Panel title="Settings">
        <Settings merchant={merchant} now={now} />
      </Panel>
      <Panel title="Issue a key">
        <ActionForm visit={visit} action={`${pathOf(id)}/keys`} label="Issue a key">
          <div class="pair">
            <Field name="label" label="Name" maxlength={100} wrong={wrongOf(notDone?.refusal.errors, 'label')} />
            <Select
              name="scheme"
              label="Kind"
              value="bearer"
              choices={(['bearer', 'hmac', 'skipify'] as const).map((value) => ({
                value,
                label: schemeWords[value].text,
              }))}
            />
          </div>
          <div>
            <button class="button" type="submit">
              Issue
            </button>
          </div>
        </ActionForm>
      </Panel>
      <Panel title={suspendedAt === null ? 'Suspend' : 'Resume'}>
        <ActionForm
          visit={visit}
          action={`${pathOf(id)}/${suspendedAt === null ? 'suspend' : 'resume'}`}
          label="Suspend or resume"
        >
          <p class="soft">
            {suspendedAt === null
              ? 'Its keys and this console are refused within 30 seconds. Its pages stay open and can still be paid.'
              : 'Its keys work again within 30 seconds.'}
          </p>
          <div>
            <button class={suspendedAt === null ? 'button bad' : 'button'} type="submit">
              {suspendedAt === null ? 'Suspend this merchant' : 'Resume'}
            </button>
          </div>
        </ActionForm>
      </Panel>
    </>,
  );
}

/** What is set for the merchant; its own people change it, or `PATCH /admin/merchants/{id}`. */
const Settings = ({ merchant, now }: { merchant: Merchant; now: number }) => {
  const { parentId, timeZone, smsCountries, paylinkSendCap, recipientSendCap } = merchant;
  const facts: [name: string, value: Child][] = [
    ['Country', merchant.country],
    ['Language', merchant.locale],
    ['Time zone', timeZone ?? 'UTC'],
    ['SMS go to', smsCountries.join(', ') || merchant.country],
    ['Sends in 24 hours', `${paylinkSendCap} per Paylink, ${recipientSendCap} per recipient`],
    ['Parent', parentId === null ? 'None' : <a href={pathOf(parentId)}>{parentId}</a>],
    ['Since', <Time at={merchant.createdAt} zone="UTC" now={now} />],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};

async function suspended(visit: OperatorVisit, isSuspended: boolean): Promise<Response> {
  const merchant = await found(visit);
  if (!merchant) return missing(visit);
  await setMerchant(visit.c, visit.actor, merchant.id, { suspended: isSuspended });
  return visit.c.redirect(`${pathOf(merchant.id)}?done=${isSuspended ? 'suspended' : 'resumed'}`, 303);
}
export const suspend = (visit: OperatorVisit) => suspended(visit, true);
export const resume = (visit: OperatorVisit) => suspended(visit, false);

/** Issues a key that may do everything for the merchant. Only this answer shows it. */
export async function issueFor(visit: OperatorVisit, form: FormFields): Promise<Response> {
  const merchant = await found(visit);
  if (!merchant) return missing(visit);
  const title = 'It was not issued.';
  const body = { scheme: form.text('scheme') ?? '', label: form.text('label') };
  const checked = validate(credentialIssue(visit.c.get('now')), body, 'form');
  if (checked.kind === 'refused') return merchantPage(visit, merchant, { title, refusal: checked.refusal });
  const issued = await issue(managerOf(visit, merchant.id), merchant.mode, checked.value);
  if (issued.kind === 'refused') return merchantPage(visit, merchant, { title, refusal: issued.refusal });
  const { credential, secret } = issued.value;
  return shell(
    visit,
    { title: 'The key is issued', above: { name: merchant.name, path: pathOf(merchant.id) } },
    <Secret name="The key" secret={secret} next={{ name: 'To the merchant', path: pathOf(merchant.id) }}>
      For {merchant.name}. Its id, for <code>x-key-id</code>, is <code>{credential.id}</code>.
    </Secret>,
  );
}

export async function revokeFor(visit: OperatorVisit): Promise<Response> {
  const merchant = await found(visit);
  const id = parseUuid(visit.params.credentialId);
  if (!merchant || id === null) return missing(visit);
  const revoked = await revoke(managerOf(visit, merchant.id), id);
  if (revoked.kind === 'done') return visit.c.redirect(`${pathOf(merchant.id)}?done=revoked`, 303);
  const notDone = { title: 'It was not revoked.', refusal: refusal('not_found', 'There is no such key.') };
  return merchantPage(visit, merchant, notDone);
}
