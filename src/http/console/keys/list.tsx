import { callerActor } from '../../../audit/record.ts';
import type { Manager } from '../../../auth/credentials.ts';
import { type Refusal, statusOf } from '../../../errors.ts';
import { type Credential, listCredentials } from '../../../store/credentials.ts';
import { Refused } from '../parts/flash.tsx';
import { ActionForm } from '../parts/form.tsx';
import { Badge, Panel } from '../parts/panel.tsx';
import { type Column, Empty, Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { shell } from '../shell.tsx';
import type { MerchantVisit } from '../visit.ts';
import { isGood, schemeWords, scopeWords, stateOf } from './words.ts';

export const keysPath = '/console/keys';

/** The visitor as who manages its own merchant's credentials. */
export const managerOf = ({ c, caller }: MerchantVisit): Manager => ({
  db: c.env.DB,
  config: c.get('config'),
  merchantId: caller.merchant.id,
  actor: callerActor(caller),
  scopes: caller.scopes,
  now: c.get('now'),
});

const columnsOf = (visit: MerchantVisit): Column<Credential>[] => {
  const zone = visit.caller.merchant.timeZone ?? 'UTC';
  const now = visit.c.get('now');
  const time = (at: number) => <Time at={at} zone={zone} now={now} />;
  return [
    {
      name: 'Key',
      cell: ({ id, label, scheme }) => (
        <>
          <strong>{label ?? schemeWords[scheme].text}</strong>
          {id === visit.caller.credentialId ? <span class="soft"> (you)</span> : null}
          <div class="soft small">
            {schemeWords[scheme].text} <code>{id.slice(0, 8)}</code>
          </div>
        </>
      ),
    },
    {
      name: 'State',
      cell: (credential) => {
        const { text, tone } = stateOf(credential, now);
        return (
          <>
            <Badge tone={tone}>{text}</Badge>
            {credential.expiresAt !== null && credential.revokedAt === null ? (
              <div class="soft small">{time(credential.expiresAt)}</div>
            ) : null}
          </>
        );
      },
    },
    {
      name: 'Scopes',
      named: true,
      cell: ({ scopes }) =>
        scopes === null ? (
          <span class="number">Everything</span>
        ) : (
          <details class="small">
            <summary>
              {scopes.length} {scopes.length === 1 ? 'scope' : 'scopes'}
            </summary>
            <ul class="plain">
              {scopes.map((scope) => (
                <li>{scopeWords[scope]}</li>
              ))}
            </ul>
          </details>
        ),
    },
    {
      name: 'Last used',
      named: true,
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? <span class="soft">Never</span> : time(lastUsedAt)),
    },
    { name: 'Issued', named: true, cell: ({ createdAt }) => time(createdAt) },
    {
      name: '',
      number: true,
      whole: true,
      cell: (credential) => (isGood(credential, now) ? <Ends visit={visit} credential={credential} /> : null),
    },
  ];
};

const Ends = ({ visit, credential }: { visit: MerchantVisit; credential: Credential }) => {
  const name = credential.label ?? schemeWords[credential.scheme].text;
  return (
    <details class="menu">
      <summary>
        Replace or revoke<span class="out"> {name}</span>
      </summary>
      <div class="form">
        <ActionForm visit={visit} action={`${keysPath}/${credential.id}/replace`}>
          <p class="small soft">A new one that may do the same. The old one works for 24 hours more.</p>
          <button class="button quiet small" type="submit">
            Replace<span class="out"> {name}</span>
          </button>
        </ActionForm>
        <ActionForm visit={visit} action={`${keysPath}/${credential.id}/revoke`}>
          <p class="small soft">
            {credential.id === visit.caller.credentialId
              ? 'You are signed in with it: you will be signed out.'
              : 'It is refused at once, for good.'}
          </p>
          <button class="button bad small" type="submit">
            Revoke<span class="out"> {name}</span>
          </button>
        </ActionForm>
      </div>
    </details>
  );
};

/** `/console/keys`: who may use the API for this merchant. */
export const keyList = (visit: MerchantVisit): Promise<Response> => keysPage(visit, null);

/** The list of keys, with what was asked on it and not done. One D1 query. */
export async function keysPage(
  visit: MerchantVisit,
  notDone: { title: string; refusal: Refusal } | null,
): Promise<Response> {
  const now = visit.c.get('now');
  const all = await listCredentials(visit.c.env.DB, visit.caller.merchant.id);
  const good = all.filter((credential) => isGood(credential, now));
  const ended = all.filter((credential) => !isGood(credential, now));
  return shell(
    visit,
    {
      title: 'Keys',
      about: 'Who may use the API for you, and for what.',
      status: notDone ? statusOf[notDone.refusal.code] : 200,
      actions: (
        <a class="button" href={`${keysPath}/new`}>
          New key
        </a>
      ),
    },
    <>
      {notDone ? <Refused refusal={notDone.refusal} title={notDone.title} /> : null}
      <Panel plain>
        <Table
          label="Keys"
          columns={columnsOf(visit)}
          rows={good.toReversed()}
          empty={<Empty title="No key works" />}
        />
      </Panel>
      {ended.length > 0 ? (
        <Panel>
          <details>
            <summary>{ended.length} that no longer work</summary>
            <Table label="Keys that no longer work" columns={columnsOf(visit)} rows={ended.toReversed()} empty={null} />
          </details>
        </Panel>
      ) : null}
    </>,
  );
}
