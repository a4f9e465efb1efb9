import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { failure } from '../pipeline.ts';
import { merchantPage, type Target } from './gate.ts';
import { messagePage, refusedPage } from './message-page.tsx';
import { overview } from './overview.tsx';
import { findRoute, type Route } from './router.ts';
import { readSession } from './session.ts';
import { signInTarget, signOutTarget } from './sign-in.tsx';

const routes: Route<Target>[] = [
  { pattern: '/console/sign-in', target: signInTarget },
  { pattern: '/console/sign-out', target: signOutTarget },
  { pattern: '/console', target: merchantPage({ GET: overview }) },
];

/** Who is not signed in is not told what there is. */
async function missing(c: Context<AppEnv>): Promise<Response> {
  if (await readSession(c)) return messagePage(c, 404, 'There is nothing here', 'The address may be mistyped.');
  return c.redirect('/console/sign-in', 303);
}

/** Answers every path under `/console`, faults too, as pages. */
export async function consolePages(c: Context<AppEnv>): Promise<Response> {
  const found = findRoute(routes, c.req.path);
  try {
    return await (found ? found.target(c, found.params) : missing(c));
  } catch (thrown) {
    return refusedPage(c, failure(thrown, c.get('requestId')));
  }
}
