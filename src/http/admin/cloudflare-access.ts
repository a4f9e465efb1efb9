import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { Config } from '../../env.ts';
import { MINUTE_MS } from '../../lib/durations.ts';
import { LoadingCache } from '../../lib/loading-cache.ts';
import type { AppEnv } from '../app-env.ts';

const TIMEOUT_MS = 3_000;
/** An unknown key is looked for at most this often, ms: a token with an invented one must not make a request each. */
const RELOAD_AFTER_MS = MINUTE_MS;

const Certs = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) });
type Keys = z.infer<typeof Certs>['keys'];
const Head = z.object({ kid: z.string() });
/** Of a person. A service token has no email, and uses ADMIN_TOKEN here. */
const Identity = z.object({ email: z.email() });
const Claims = z.object({ email: z.email(), exp: z.number() });

/** The team's public keys, by its domain. Read again after an hour, or when a token names one that is not among them. */
const cache = new LoadingCache<Keys>({
  known: { max: 4, maxAgeMs: 60 * MINUTE_MS },
  absent: { max: 4, maxAgeMs: 0 },
});

/** The keys could not be read now: the request may come again. */
export class AccessUnavailable extends Error {
  override name = 'AccessUnavailable';
}

async function loadKeys(team: string): Promise<Keys> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${team}/cdn-cgi/access/certs`, { redirect: 'manual', signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`answered ${response.status}`);
    }
    return Certs.parse(await response.json()).keys;
  } catch (error) {
    throw new AccessUnavailable(error instanceof Error ? error.message : 'no answer');
  }
}

async function keysWith(team: string, kid: string, now: number): Promise<Keys> {
  const load = () => loadKeys(team);
  const known = await cache.get(team, now, load);
  if (known?.some((key) => key.kid === kid)) return known;
  return (await cache.get(team, now, load, RELOAD_AFTER_MS)) ?? [];
}

const headOf = (token: string): unknown => {
  try {
    return JSON.parse(atob((token.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return null;
  }
};

/**
 * Who a token of Cloudflare Access (`cf-access-jwt-assertion`) is of: signed with RS256 by the team, for this application, not expired.
 * @param now ms @returns the email; null: not a good token @throws AccessUnavailable
 */
export async function emailOfToken(team: string, aud: string, token: string, now: number): Promise<string | null> {
  const head = Head.safeParse(headOf(token));
  if (!head.success || token.length > 8_192) return null;
  const keys = await keysWith(team, head.data.kid, now);
  // Loaded when it is needed: most installations, and most requests, never do.
  const { verifyWithJwks } = await import('hono/jwt');
  try {
    const verification = { iss: team, aud, exp: true, nbf: true };
    const claims = Claims.parse(await verifyWithJwks(token, { keys, verification, allowedAlgorithms: ['RS256'] }));
    return claims.exp * 1000 > now ? claims.email.toLowerCase() : null;
  } catch {
    return null;
  }
}

type Configured = Pick<Config, 'ACCESS_TEAM_DOMAIN' | 'ACCESS_AUD'>;

/** What the platform itself says of a request that went through Access; undefined where the runtime does not say it. */
function ofPlatform(c: Context<AppEnv>): ExecutionContext['access'] {
  try {
    const context: Pick<ExecutionContext, 'waitUntil' | 'access'> = c.executionCtx;
    return context.access;
  } catch {
    // Without an execution context there is nobody to say it.
    return undefined;
  }
}

/**
 * The email of the operator who came through Cloudflare Access, where that is configured; null: nobody did.
 * @throws AccessUnavailable
 */
export async function operatorByAccess(c: Context<AppEnv>, config: Configured): Promise<string | null> {
  const { ACCESS_TEAM_DOMAIN: team, ACCESS_AUD: aud } = config;
  if (team === undefined || aud === undefined) return null;
  const access = ofPlatform(c);
  if (access?.aud === aud) {
    // A fault of the platform's: the token says the same.
    const identity = Identity.safeParse(await access.getIdentity().catch(() => undefined));
    if (identity.success) return identity.data.email.toLowerCase();
  }
  const token = c.req.header('cf-access-jwt-assertion');
  return token === undefined ? null : emailOfToken(team, aud, token, c.get('now'));
}
