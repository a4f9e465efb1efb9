import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { failure } from '../pipeline.ts';
import { merchantPage, type Needs, type Target } from './gate.ts';
import { messagePage, refusedPage } from './message-page.tsx';
import { overview } from './overview.tsx';
import { cancel, send, settle } from './paylinks/actions.tsx';
import { createNew, saveEdit, showEdit, showNew } from './paylinks/edit.tsx';
import { paylinkEmail, paylinkQr, paylinksCsv } from './paylinks/files.ts';
import { paylinkList } from './paylinks/list.tsx';
import { showPaylink } from './paylinks/show.tsx';
import { findRoute, type Route } from './router.ts';
import { readSession } from './session.ts';
import { signInTarget, signOutTarget } from './sign-in.tsx';

const writes: Needs = { GET: ['paylinks:write'], POST: 'paylinks:write' };

const routes: Route<Target>[] = [
  { pattern: '/console/sign-in', target: signInTarget },
  { pattern: '/console/sign-out', target: signOutTarget },
  { pattern: '/console', target: merchantPage({ GET: overview }) },
  { pattern: '/console/paylinks', target: merchantPage({ GET: paylinkList }) },
  { pattern: '/console/paylinks.csv', target: merchantPage({ GET: paylinksCsv }) },
  { pattern: '/console/paylinks/new', target: merchantPage({ GET: showNew, POST: createNew }, writes) },
  { pattern: '/console/paylinks/:paylinkId', target: merchantPage({ GET: showPaylink }) },
  { pattern: '/console/paylinks/:paylinkId/edit', target: merchantPage({ GET: showEdit, POST: saveEdit }, writes) },
  { pattern: '/console/paylinks/:paylinkId/send', target: merchantPage({ POST: send }, { POST: 'paylinks:send' }) },
  {
    pattern: '/console/paylinks/:paylinkId/cancel',
    target: merchantPage({ POST: cancel }, { POST: 'paylinks:write' }),
  },
  {
    pattern: '/console/paylinks/:paylinkId/settle',
    target: merchantPage({ POST: settle }, { POST: 'payments:write' }),
  },
  { pattern: '/console/paylinks/:paylinkId/email', target: merchantPage({ GET: paylinkEmail }) },
  { pattern: '/console/paylinks/:paylinkId/qr.svg', target: merchantPage({ GET: paylinkQr }) },
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
