import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import * as z from 'zod/mini';
import type { Config } from '../../env.ts';
import { sha256Hex, utf8 } from '../../lib/encoding.ts';
import { openSecret, sealSecret } from '../../lib/secrets.ts';
import type { AppEnv } from '../app-env.ts';

/** How long a person stays signed in, ms. */
const SESSION_MS = 8 * 60 * 60 * 1000;

/** What the cookie holds, sealed: who signed in (never the key), until when, and the token of its forms. */
const Session = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('merchant'),
    merchantId: z.string(),
    credentialId: z.string(),
    formToken: z.string(),
    expiresAt: z.int(),
  }),
  /** `token`: which ADMIN_TOKEN it was, so that a session ends with it; `email`: who came through Cloudflare Access instead. */
  z.object({
    kind: z.literal('operator'),
    token: z.nullable(z.string()),
    email: z.nullable(z.string()),
    formToken: z.string(),
    expiresAt: z.int(),
  }),
]);
export type Session = z.infer<typeof Session>;

export type NewSession =
  | { kind: 'merchant'; merchantId: string; credentialId: string }
  | { kind: 'operator'; token: string; email: null }
  | { kind: 'operator'; token: null; email: string };

/** The associated data of the seal: no other sealed value can be used as a session. */
const SEALED_AS = 'console-session';

const isLocal = (c: Context<AppEnv>) => c.get('config').ENVIRONMENT === 'local';

/** A browser keeps a `__Host-` cookie from this host alone. It must be `Secure`, which a gateway on http cannot have. */
const nameOf = (c: Context<AppEnv>) => (isLocal(c) ? 'paylinks_console' : '__Host-paylinks_console');

const cookieOptions = (c: Context<AppEnv>) =>
  ({ path: '/', httpOnly: true, secure: !isLocal(c), sameSite: 'Strict' }) as const;

/** Which of the operator's tokens this is: the beginning of a hash with its own prefix, which reveals nothing of it. */
export const operatorTokenId = async (token: string): Promise<string> =>
  (await sha256Hex(utf8(`paylinks:console-operator:${token}`))).slice(0, 16);

/** Signs a person in: sets the cookie. */
export async function beginSession(c: Context<AppEnv>, who: NewSession): Promise<void> {
  const expiresAt = c.get('now') + SESSION_MS;
  const session: Session = { ...who, formToken: crypto.randomUUID(), expiresAt };
  const sealed = await sealSecret(c.get('config'), SEALED_AS, JSON.stringify(session));
  setCookie(c, nameOf(c), sealed, { ...cookieOptions(c), maxAge: SESSION_MS / 1000 });
}

/** Signs a person out: deletes the cookie. */
export function endSession(c: Context<AppEnv>): void {
  deleteCookie(c, nameOf(c), cookieOptions(c));
}

/** The session of a request; null when there is none, it is over, or its cookie was not made here. */
export async function readSession(c: Context<AppEnv>): Promise<Session | null> {
  const sealed = getCookie(c, nameOf(c));
  const session = sealed === undefined ? null : await open(c.get('config'), sealed);
  return session && session.expiresAt > c.get('now') ? session : null;
}

async function open(config: Config, sealed: string): Promise<Session | null> {
  try {
    const parsed = Session.safeParse(JSON.parse(await openSecret(config, SEALED_AS, sealed)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
