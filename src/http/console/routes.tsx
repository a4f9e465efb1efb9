import type { Context } from 'hono';
import { log } from '../../lib/log.ts';
import { AccessUnavailable } from '../admin/cloudflare-access.ts';
import { accessUnavailable } from '../admin/operator.ts';
import type { AppEnv } from '../app-env.ts';
import { failure } from '../pipeline.ts';
import { audit } from './audit.tsx';
import { merchantPage, type Needs, operatorPage, type Target } from './gate.ts';
import { issueKey, replaceKey, revokeKey, showNewKey } from './keys/issue.tsx';
import { keyList } from './keys/list.tsx';
import { messagePage, refusedPage } from './message-page.tsx';
import { auditOfAll } from './operator/audit.tsx';
import { operatorHealth } from './operator/health.tsx';
import { issueFor, resume, revokeFor, showMerchant, suspend } from './operator/merchant.tsx';
import { createMerchant, merchantList, showNewMerchant } from './operator/merchants.tsx';
import { overview } from './overview/page.tsx';
import { cancel, send, settle } from './paylinks/actions.tsx';
import { attach, detach } from './paylinks/attach.tsx';
import { createNew, saveEdit, showEdit, showNew } from './paylinks/edit.tsx';
import { paylinkEmail, paylinkQr, paylinksCsv } from './paylinks/files.ts';
import { paylinkList } from './paylinks/list.tsx';
import { showPaylink } from './paylinks/show.tsx';
import { erase, lift, recipients } from './recipients.tsx';
import { findRoute, type Route } from './router.ts';
import { readSession } from './session.ts';
import { newSecret, saveSettings, showSettings } from './settings/page.tsx';
import { preview, previewTyped } from './settings/preview.tsx';
import { signInTarget, signOutTarget } from './sign-in.tsx';
import { disable, enable, remove, replay, rotate, saveEndpoint, sendTest } from './webhooks/actions.tsx';
import { addEndpoint, showNewEndpoint, webhookList } from './webhooks/list.tsx';
import { showEndpoint } from './webhooks/show.tsx';

const seesWebhooks: Needs = { GET: ['paylinks:read', 'webhooks:manage'] };
const managesWebhooks: Needs = { GET: ['webhooks:manage'], POST: 'webhooks:manage' };
const managesKeys: Needs = { GET: ['credentials:manage'], POST: 'credentials:manage' };
const managesSettings: Needs = { GET: ['settings:manage'], POST: 'settings:manage' };
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
  {
    pattern: '/console/paylinks/:paylinkId/attachments',
    target: merchantPage({ POST: attach }, { POST: 'paylinks:write' }),
  },
  {
    pattern: '/console/paylinks/:paylinkId/detach',
    target: merchantPage({ POST: detach }, { POST: 'paylinks:write' }),
  },
  { pattern: '/console/paylinks/:paylinkId/email', target: merchantPage({ GET: paylinkEmail }) },
  { pattern: '/console/paylinks/:paylinkId/qr.svg', target: merchantPage({ GET: paylinkQr }) },
  { pattern: '/console/recipients', target: merchantPage({ GET: recipients }) },
  { pattern: '/console/recipients/erase', target: merchantPage({ POST: erase }, { POST: 'recipients:erase' }) },
  {
    pattern: '/console/recipients/:suppressionId/lift',
    target: merchantPage({ POST: lift }, { POST: 'recipients:erase' }),
  },
  { pattern: '/console/webhooks', target: merchantPage({ GET: webhookList }, seesWebhooks) },
  {
    pattern: '/console/webhooks/new',
    target: merchantPage({ GET: showNewEndpoint, POST: addEndpoint }, managesWebhooks),
  },
  { pattern: '/console/webhooks/:endpointId', target: merchantPage({ GET: showEndpoint }, seesWebhooks) },
  { pattern: '/console/webhooks/:endpointId/edit', target: merchantPage({ POST: saveEndpoint }, managesWebhooks) },
  { pattern: '/console/webhooks/:endpointId/test', target: merchantPage({ POST: sendTest }, managesWebhooks) },
  { pattern: '/console/webhooks/:endpointId/replay', target: merchantPage({ POST: replay }, managesWebhooks) },
  { pattern: '/console/webhooks/:endpointId/rotate', target: merchantPage({ POST: rotate }, managesWebhooks) },
  { pattern: '/console/webhooks/:endpointId/enable', target: merchantPage({ POST: enable }, managesWebhooks) },
  { pattern: '/console/webhooks/:endpointId/disable', target: merchantPage({ POST: disable }, managesWebhooks) },
  { pattern: '/console/webhooks/:endpointId/remove', target: merchantPage({ POST: remove }, managesWebhooks) },
  { pattern: '/console/keys', target: merchantPage({ GET: keyList }, managesKeys) },
  { pattern: '/console/keys/new', target: merchantPage({ GET: showNewKey, POST: issueKey }, managesKeys) },
  { pattern: '/console/keys/:credentialId/replace', target: merchantPage({ POST: replaceKey }, managesKeys) },
  { pattern: '/console/keys/:credentialId/revoke', target: merchantPage({ POST: revokeKey }, managesKeys) },
  { pattern: '/console/settings', target: merchantPage({ GET: showSettings, POST: saveSettings }, managesSettings) },
  { pattern: '/console/settings/preview', target: merchantPage({ GET: preview, POST: previewTyped }, managesSettings) },
  { pattern: '/console/settings/secret', target: merchantPage({ POST: newSecret }, managesSettings) },
  { pattern: '/console/audit', target: merchantPage({ GET: audit }) },
  { pattern: '/console/operator', target: operatorPage({ GET: merchantList }) },
  { pattern: '/console/operator/new', target: operatorPage({ GET: showNewMerchant, POST: createMerchant }) },
  { pattern: '/console/operator/audit', target: operatorPage({ GET: auditOfAll }) },
  { pattern: '/console/operator/health', target: operatorPage({ GET: operatorHealth }) },
  { pattern: '/console/operator/merchants/:merchantId', target: operatorPage({ GET: showMerchant }) },
  { pattern: '/console/operator/merchants/:merchantId/keys', target: operatorPage({ POST: issueFor }) },
  {
    pattern: '/console/operator/merchants/:merchantId/keys/:credentialId/revoke',
    target: operatorPage({ POST: revokeFor }),
  },
  { pattern: '/console/operator/merchants/:merchantId/suspend', target: operatorPage({ POST: suspend }) },
  { pattern: '/console/operator/merchants/:merchantId/resume', target: operatorPage({ POST: resume }) },
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
    if (thrown instanceof AccessUnavailable) {
      log('error', 'access_unavailable', { requestId: c.get('requestId'), error: thrown.message });
      return refusedPage(c, accessUnavailable);
    }
    return refusedPage(c, failure(thrown, c.get('requestId')));
  }
}
