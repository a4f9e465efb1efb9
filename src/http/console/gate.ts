import type { Context } from 'hono';
import { lackOf, suspended } from '../../auth/scopes.ts';
import type { Refusal } from '../../errors.ts';
import type { Actor, Caller, Scope } from '../../model/caller.ts';
import { operatorByAccess } from '../admin/cloudflare-access.ts';
import { byAccess, byToken } from '../admin/operator.ts';
import type { AppEnv } from '../app-env.ts';
import { type FormFields, readForm } from './form-fields.ts';
import { messagePage, refusedPage } from './message-page.tsx';
import { refusedShell } from './refused-shell.tsx';
import { isFormToken, isSameOrigin } from './same-origin.ts';
import { endSession, operatorTokenId, readSession, type Session } from './session.ts';
import { callerOfSession, type MerchantVisit, type OperatorVisit, refusalForQuota, type Visit } from './visit.ts';

export type Params = Readonly<Record<string, string>>;
/** What answers at a path of the console. */
export type Target = (c: Context<AppEnv>, params: Params) => Promise<Response>;

/** A page: what GET shows, what POST does. A POST gets its form, whose origin and token are checked. */
export type Page<V extends Visit> = {
  GET?: (visit: V) => Promise<Response>;
  POST?: (visit: V, form: FormFields) => Promise<Response>;
};

const toSignIn = (c: Context<AppEnv>, why: string) => {
  const { pathname, search } = new URL(c.req.url);
  const back = c.req.method === 'GET' ? `&to=${encodeURIComponent(pathname + search)}` : '';
  return c.redirect(`/console/sign-in?${why}${back}`, 303);
};

/** The 405 of a page. @param allow the methods that it answers */
export const notAllowed = (c: Context<AppEnv>, allow: string) =>
  messagePage(c, 405, 'Not here', `This page answers ${allow} only.`, { allow });

/** Does the form come from a page of this console, of this very session? */
const isOwnForm = (c: Context<AppEnv>, form: FormFields | null, session: Session): form is FormFields =>
  form !== null &&
  isSameOrigin(c.req.raw.headers, c.req.url) &&
  isFormToken(form.text('formToken') ?? undefined, session.formToken);

async function answer<V extends Visit>(visit: V, page: Page<V>): Promise<Response> {
  const { c } = visit;
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
  if (method === 'GET' && page.GET) return page.GET(visit);
  if (method !== 'POST' || !page.POST) return notAllowed(c, Object.keys(page).join(', '));
  const form = await readForm(c);
  if (isOwnForm(c, form, visit.session)) return page.POST(visit, form);
  c.set('rejection', 'a form of another site or session');
  const text = 'It was not sent from a page of your session here. Open the page again and repeat what you did.';
  return messagePage(c, 403, 'This form cannot be used', text);
}

/** Which scope the key must have to look at a page (one of some), and to send its form. */
export type Needs = { GET?: readonly Scope[]; POST?: Scope };

/** Why the key may not do this; null: it may. */
function lackOfPage({ merchant, scopes }: Caller, method: string, needs: Needs): Refusal | null {
  if (merchant.suspendedAt !== null) return suspended;
  return lackOf({ scopes }, method === 'POST' && needs.POST ? [needs.POST] : (needs.GET ?? ['paylinks:read']));
}

/**
 * A page for a merchant's people. Each request asks anew whether the key they signed in with is still good, and may do this.
 * @throws Error for a page with a form and no scope for it
 */
export function merchantPage(page: Page<MerchantVisit>, needs: Needs = {}): Target {
  if (page.POST && !needs.POST)
    throw new Error('Name the scope that sending this form needs: merchantPage(page, { POST: … }).');
  return async (c, params) => {
    const session = await readSession(c);
    if (!session) return toSignIn(c, 'please');
    if (session.kind === 'operator') return c.redirect('/console/operator', 303);
    const caller = await callerOfSession(c, session);
    if (!caller) {
      c.set('rejection', 'key of the session is no longer good');
      endSession(c);
      return toSignIn(c, 'ended');
    }
    c.set('caller', caller);
    const refused = await refusalForQuota(c, caller);
    if (refused) return refusedPage(c, refused);
    const visit: MerchantVisit = { kind: 'merchant', c, params, session, caller };
    const lack = lackOfPage(caller, c.req.method, needs);
    return lack ? refusedShell(visit, lack) : answer(visit, page);
  };
}

async function isTokenGood(c: Context<AppEnv>, token: string): Promise<boolean> {
  const { ADMIN_TOKEN, ADMIN_TOKEN_PREVIOUS } = c.get('config');
  for (const good of [ADMIN_TOKEN, ADMIN_TOKEN_PREVIOUS])
    if (good !== undefined && (await operatorTokenId(good)) === token) return true;
  return false;
}

/** Whoever a session is of, if they may still come in: by the token of this deployment, or with Cloudflare Access before it. */
async function operatorOfSession(c: Context<AppEnv>, session: OperatorVisit['session']): Promise<Actor | null> {
  const { token, email } = session;
  if (token !== null) return (await isTokenGood(c, token)) ? byToken : null;
  return email !== null && (await operatorByAccess(c, c.get('config'))) === email ? byAccess(email) : null;
}

/** A page for operators. Their session ends with the token that they signed in with, or when Cloudflare Access lets them in no more. */
export const operatorPage =
  (page: Page<OperatorVisit>): Target =>
  async (c, params) => {
    const session = await readSession(c);
    if (session?.kind !== 'operator') return toSignIn(c, 'operator');
    const actor = await operatorOfSession(c, session);
    if (actor) return answer({ kind: 'operator', c, params, session, actor }, page);
    endSession(c);
    return toSignIn(c, 'operator&ended');
  };
