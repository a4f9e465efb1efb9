import type { Context } from 'hono';
import type { AppEnv, Handle } from '../app-env.ts';
import { wantsPage } from './fault-page.tsx';
import { LANDING_ADDRESS } from './landing-address.ts';

/** The landing page, which is a static file under a name of its own (src/site/landing.ts); null where it was not built or bound. */
async function landingPage(c: Context<AppEnv>): Promise<Response | null> {
  const { ENVIRONMENT, PUBLIC_BASE_URL } = c.get('config');
  const name = ENVIRONMENT === 'local' ? '/landing-local' : '/landing';
  const file = await c.env.ASSETS?.fetch(new URL(name, c.req.url));
  if (!file?.ok) return null;
  const headers = new Headers(file.headers);
  headers.delete('etag');
  headers.set('cache-control', 'public, max-age=300');
  headers.set('vary', 'accept');
  return new Response((await file.text()).replaceAll(LANDING_ADDRESS, PUBLIC_BASE_URL), { headers });
}

/** A browser's `GET /` is the landing page; anything else goes to `handle`. */
export const withLandingPage =
  (handle: Handle): Handle =>
  async (c) => {
    const isGet = c.req.method === 'GET' || c.req.method === 'HEAD';
    return (isGet && wantsPage(c) ? await landingPage(c) : null) ?? handle(c);
  };
