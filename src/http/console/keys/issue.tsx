import { expire, issue, revoke } from '../../../auth/credentials.ts';
import { hasScope, listOf } from '../../../auth/scopes.ts';
import { type Refusal, refusal, statusOf } from '../../../errors.ts';
import { scopes } from '../../../model/caller.ts';
import { listCredentials } from '../../../store/credentials.ts';
import { credentialIssue, parseUuid } from '../../admin/schemas.ts';
import { validate } from '../../body.ts';
import { instantOf } from '../clock.ts';
import type { FormFields } from '../form-fields.ts';
import { Refused } from '../parts/flash.tsx';
import { ActionForm, Check, Field, Radio, wrongOf } from '../parts/form.tsx';
import { Panel } from '../parts/panel.tsx';
import { Secret } from '../parts/secret.tsx';
import { shell } from '../shell.tsx';
import type { MerchantVisit } from '../visit.ts';
import { keysPage, keysPath, managerOf } from './list.tsx';
import { schemeWords, scopeWords } from './words.ts';

/** A replaced key works for so long, ms. */
const OVERLAP_MS = 24 * 60 * 60 * 1000;

type Draft = { label: string; scheme: string; all: boolean; scopes: readonly string[]; expiresAt: string };
const fresh: Draft = { label: '', scheme: 'bearer', all: true, scopes: [], expiresAt: '' };

function newForm(visit: MerchantVisit, draft: Draft, refused: Refusal | null): Promise<Response> {
  const errors = refused?.errors;
  const zone = visit.caller.merchant.timeZone ?? 'UTC';
  return shell(
    visit,
    { title: 'New key', above: { name: 'Keys', path: keysPath }, status: refused ? statusOf[refused.code] : 200 },
    <div class="narrow">
      {refused ? <Refused refusal={refused} title="It was not issued." /> : null}
      <Panel>
        <ActionForm visit={visit} action={`${keysPath}/new`} label="New key">
          <Field
            name="label"
            label="Name"
            value={draft.label}
            maxlength={100}
            hint="Where it is used, such as “Shop backend”. Events and the audit log name it."
            wrong={wrongOf(errors, 'label')}
          />
          <fieldset class="form">
            <legend>Kind</legend>
            {(['bearer', 'hmac', 'skipify'] as const).map((scheme) => (
              <Radio
                name="scheme"
                value={scheme}
                checked={draft.scheme === scheme}
                label={
                  <>
                    {schemeWords[scheme].text} <span class="soft small">{schemeWords[scheme].hint}</span>
                  </>
                }
              />
            ))}
          </fieldset>
          <fieldset class="form">
            <legend>Scopes</legend>
            <Check name="all" label="Everything that your own key may" checked={draft.all} />
            {wrongOf(errors, 'scopes') ? <span class="wrong">{wrongOf(errors, 'scopes')}</span> : null}
            <details open={!draft.all}>
              <summary>Only some</summary>
              <div class="choices">
                {scopes
                  .filter((scope) => hasScope(visit.caller.scopes, scope))
                  .map((scope) => (
                    <Check
                      name="scopes"
                      value={scope}
                      checked={draft.scopes.includes(scope)}
                      label={
                        <>
                          {scopeWords[scope]} <code>{scope}</code>
                        </>
                      }
                    />
                  ))}
              </div>
            </details>
          </fieldset>
          <Field
            name="expiresAt"
            label="Expires"
            type="datetime-local"
            value={draft.expiresAt}
            hint={`Time zone: ${zone}. Empty: until it is revoked.`}
            wrong={wrongOf(errors, 'expiresAt')}
          />
          <div class="row">
            <button class="button" type="submit">
              Issue
            </button>
            <a href={keysPath}>Back</a>
          </div>
        </ActionForm>
      </Panel>
    </div>,
  );
}

/** `/console/keys/new`. */
export const showNewKey = (visit: MerchantVisit): Promise<Response> => newForm(visit, fresh, null);

const secretPage = (visit: MerchantVisit, title: string, id: string, secret: string) =>
  shell(
    visit,
    { title, above: { name: 'Keys', path: keysPath } },
    <Secret name="The key" secret={secret} next={{ name: 'To the keys', path: keysPath }}>
      Its id, for <code>x-key-id</code>, is <code>{id}</code>.
    </Secret>,
  );

/** Issues a key. Only this answer shows it. */
export async function issueKey(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const draft: Draft = {
    label: form.text('label') ?? '',
    scheme: form.text('scheme') ?? '',
    all: form.isOn('all'),
    scopes: form.all('scopes'),
    expiresAt: form.text('expiresAt') ?? '',
  };
  const now = visit.c.get('now');
  const until = draft.expiresAt === '' ? null : instantOf(draft.expiresAt, visit.caller.merchant.timeZone ?? 'UTC');
  const body = {
    scheme: draft.scheme,
    label: draft.label || null,
    expiresAt: draft.expiresAt === '' ? null : until === null ? draft.expiresAt : new Date(until).toISOString(),
    scopes: draft.all ? null : [...draft.scopes],
  };
  const checked = validate(credentialIssue(now), body, 'form');
  if (checked.kind === 'refused') return newForm(visit, draft, checked.refusal);
  const issued = await issue(managerOf(visit), visit.caller.merchant.mode, checked.value);
  if (issued.kind === 'refused') return newForm(visit, draft, issued.refusal);
  const { credential, secret } = issued.value;
  return secretPage(visit, 'The key is issued', credential.id, secret);
}

const unknownKey = refusal('not_found', 'There is no such key.');

/** Issues a key that may do the same, and lets the old one end in a day. */
export async function replaceKey(visit: MerchantVisit): Promise<Response> {
  const title = 'It was not replaced.';
  const id = parseUuid(visit.params.credentialId);
  const all = await listCredentials(visit.c.env.DB, visit.caller.merchant.id);
  const old = all.find((credential) => credential.id === id && credential.revokedAt === null);
  if (!old) return keysPage(visit, { title, refusal: unknownKey });
  const by = managerOf(visit);
  const { scheme, label } = old;
  // Without scopes it would get the visitor's, which may be fewer than the old key's.
  const scopes = by.scopes === null && old.scopes === null ? null : [...listOf(old.scopes)];
  const fields = { scheme, label, expiresAt: null, scopes };
  const issued = await issue(by, visit.caller.merchant.mode, fields);
  if (issued.kind === 'refused') return keysPage(visit, { title, refusal: issued.refusal });
  const until = Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, by.now + OVERLAP_MS);
  await expire(by, old.id, until);
  return secretPage(visit, 'The key that replaces it', issued.value.credential.id, issued.value.secret);
}

/** Revokes a key for good. */
export async function revokeKey(visit: MerchantVisit): Promise<Response> {
  const id = parseUuid(visit.params.credentialId);
  const title = 'It was not revoked.';
  if (id === null) return keysPage(visit, { title, refusal: unknownKey });
  const revoked = await revoke(managerOf(visit), id);
  if (revoked.kind === 'refused') return keysPage(visit, { title, refusal: revoked.refusal });
  return visit.c.redirect(`${keysPath}?done=revoked`, 303);
}
