import type { Context } from 'hono';
import { isRefused, isTooMany } from '../../admission/flood-guard.ts';
import { isOperator } from '../../auth/api-key.ts';
import { authenticate } from '../../auth/authenticate.ts';
import { credentialCache } from '../../auth/credential-cache.ts';
import { operatorByAccess } from '../admin/cloudflare-access.ts';
import type { AppEnv } from '../app-env.ts';
import { clientAddressOf } from '../client-address.ts';
import { consoleDocument } from './document.tsx';
import { type FormFields, readForm } from './form-fields.ts';
import { notAllowed, type Target } from './gate.ts';
import { Alone, messagePage } from './message-page.tsx';
import { Flash } from './parts/flash.tsx';
import { Field } from './parts/form.tsx';
import { isFormToken, isSameOrigin } from './same-origin.ts';
import { beginSession, endSession, type NewSession, operatorTokenId, readSession } from './session.ts';

/** What may stand in an Authorization header. */
const keyForm = /^[\x21-\x7e]{16,300}$/;
const pathForm = /^\/console(?:[/?][\w\-./?=&%+~:]*)?$/;

/** Where a person wanted to go; only ever a page of the console. */
function wantedPath(to: string | null | undefined, otherwise: string): string {
  if (!to || !pathForm.test(to)) return otherwise;
  // As the browser will read it: `%2e%2e` climbs as `..` does, to a short link that leads anywhere.
  const { pathname, search } = new URL(to, 'https://console.invalid');
  return /^\/console(?:\/(?!sign-)|$)/.test(pathname) ? pathname + search : otherwise;
}

const GUARD = 'FAILED_AUTHENTICATIONS';

/** Counts a failed sign-in. @returns whether there are too many from this address */
async function isFlood(c: Context<AppEnv>): Promise<boolean> {
  const [address, now] = [clientAddressOf(c), c.get('now')];
  return isRefused(GUARD, address, now) || (await isTooMany(c.env, GUARD, address, now));
}

type Verified = { kind: 'ok'; session: NewSession } | { kind: 'wrong'; reason: string };

async function verifyKey(c: Context<AppEnv>, key: string): Promise<Verified> {
  const headers = new Headers({ authorization: `Bearer ${key}` });
  const now = c.get('now');
  const onlyKnown = isRefused(GUARD, clientAddressOf(c), now);
  const deps = { config: c.get('config'), db: c.env.DB, cache: credentialCache, now, onlyKnown };
  const found = await authenticate({ method: 'POST', url: c.req.url, headers }, new Uint8Array(), deps);
  if (found.kind === 'unauthenticated') return { kind: 'wrong', reason: found.reason };
  const { merchant, credentialId } = found.caller;
  return { kind: 'ok', session: { kind: 'merchant', merchantId: merchant.id, credentialId } };
}

async function verifyToken(c: Context<AppEnv>, token: string): Promise<Verified> {
  if (!(await isOperator(c.get('config'), `Bearer ${token}`))) return { kind: 'wrong', reason: 'not the operator' };
  return { kind: 'ok', session: { kind: 'operator', token: await operatorTokenId(token), email: null } };
}

type Shown = { operator: boolean; to: string; wrong?: string; note?: string; email?: string | null };

const signInPage = (c: Context<AppEnv>, { operator, to, wrong, note, email }: Shown, status: 200 | 401 | 429 = 200) =>
  consoleDocument(
    c,
    { title: 'Sign in', status, headers: status === 429 ? { 'retry-after': '60' } : {} },
    <Alone
      foot={
        operator ? (
          <a href="/console/sign-in">Sign in as a merchant</a>
        ) : (
          <>
            You see and do here what your key may. <a href="/console/sign-in?operator">Sign in as the operator</a>
          </>
        )
      }
    >
      {note ? <Flash tone="warn">{note}</Flash> : null}
      {email ? <ByAccess email={email} to={to} /> : null}
      <form class="form" method="post" action="/console/sign-in">
        <h1>{operator ? 'Operator sign-in' : 'Sign in'}</h1>
        <input type="hidden" name="to" value={to} />
        <Field
          name={operator ? 'token' : 'key'}
          label={operator ? 'Operator token' : 'API key'}
          type="password"
          autocomplete="current-password"
          required
          autofocus
          wrong={wrong}
          hint={operator ? 'ADMIN_TOKEN of this deployment.' : 'It begins with plk_live_ or plk_test_.'}
        />
        <button class="button" type="submit">
          Sign in
        </button>
      </form>
    </Alone>,
  );

/** Whom Cloudflare Access has let in need not have the token too. */
const ByAccess = ({ email, to }: { email: string; to: string }) => (
  <form class="form access" method="post" action="/console/sign-in">
    <input type="hidden" name="to" value={to} />
    <button class="button" type="submit" name="access" value="yes">
      Continue as {email}
    </button>
  </form>
);

async function show(c: Context<AppEnv>): Promise<Response> {
  const asked = (name: string) => c.req.query(name) !== undefined;
  const operator = asked('operator');
  const to = wantedPath(c.req.query('to'), operator ? '/console/operator' : '/console');
  const email = operator ? await operatorByAccess(c, c.get('config')) : null;
  return signInPage(c, {
    operator,
    to,
    email,
    ...(asked('ended') ? { note: 'Your session has ended. Sign in again.' } : {}),
  });
}

async function signInByAccess(c: Context<AppEnv>, form: FormFields): Promise<Response> {
  const to = wantedPath(form.text('to'), '/console/operator');
  const email = await operatorByAccess(c, c.get('config'));
  if (email === null) return signInPage(c, { operator: true, to, note: 'Cloudflare Access does not name you.' }, 401);
  await beginSession(c, { kind: 'operator', token: null, email });
  return c.redirect(to, 303);
}

async function signIn(c: Context<AppEnv>, form: FormFields): Promise<Response> {
  if (form.isOn('access')) return signInByAccess(c, form);
  const token = form.text('token');
  const operator = token !== null;
  const secret = token ?? form.text('key') ?? '';
  const to = wantedPath(form.text('to'), operator ? '/console/operator' : '/console');
  const malformed: Verified = { kind: 'wrong', reason: 'malformed key' };
  const verified = keyForm.test(secret) ? await (operator ? verifyToken : verifyKey)(c, secret) : malformed;
  if (verified.kind === 'ok') {
    await beginSession(c, verified.session);
    return c.redirect(to, 303);
  }
  c.set('rejection', verified.reason);
  if (await isFlood(c)) {
    return signInPage(c, { operator, to, wrong: 'Too many failed attempts from this address. Wait a minute.' }, 429);
  }
  const wrong = operator
    ? 'This is not the operator’s token.'
    : 'This key does not work. It may be mistyped, expired or revoked. A signing secret cannot be used here.';
  return signInPage(c, { operator, to, wrong }, 401);
}

const foreignForm = (c: Context<AppEnv>) =>
  messagePage(c, 403, 'This form cannot be used', 'It was not sent from a page of this console. Open the page again.');

/** `/console/sign-in`. There is no session yet to have a token of, so its form is known by where it comes from. */
export const signInTarget: Target = async (c) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return show(c);
  if (c.req.method !== 'POST') return notAllowed(c, 'GET, POST');
  const form = await readForm(c);
  return form && isSameOrigin(c.req.raw.headers, c.req.url) ? signIn(c, form) : foreignForm(c);
};

/** `/console/sign-out`: ends the session, also one whose key is no longer good. */
export const signOutTarget: Target = async (c) => {
  if (c.req.method !== 'POST') return notAllowed(c, 'POST');
  const session = await readSession(c);
  const form = await readForm(c);
  const given = form?.text('formToken') ?? undefined;
  const own = isSameOrigin(c.req.raw.headers, c.req.url) && (!session || isFormToken(given, session.formToken));
  if (!own) return foreignForm(c);
  endSession(c);
  return c.redirect('/console/sign-in', 303);
};
