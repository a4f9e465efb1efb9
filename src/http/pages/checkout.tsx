import type { Context } from 'hono';
import * as z from 'zod/mini';
import { canonicalRequest } from '../../auth/hmac.ts';
import { hasScope } from '../../auth/scopes.ts';
import { refusal } from '../../errors.ts';
import { sha256Hex, toHex, utf8 } from '../../lib/encoding.ts';
import { openSecret } from '../../lib/secrets.ts';
import { amountDue } from '../../paylinks/domain/amounts.ts';
import { isActive, statusAt } from '../../paylinks/domain/status.ts';
import { listSigningCredentials } from '../../store/credentials.ts';
import type { PublicPaylink } from '../../store/public-links.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { problem } from '../problem.ts';
import { byMethod, nothingHere, type Routes } from '../routing.ts';
import { ofLink } from './find-link.ts';
import { page } from './page.tsx';
import { brandStyle, viewOf } from './paylink-view.tsx';

/** Sends a request of the merchant's to this gateway, as if it came from outside. */
type Deliver = (c: Context<AppEnv>, request: Request) => Response | Promise<Response>;

const PATH = '/webhooks/payments';

/** An HMAC credential that may report payments, for this merchant's checkout to sign with; null where there is none. */
async function credentialOf(c: Context<AppEnv>, merchantId: string) {
  const found = await listSigningCredentials(c.env.DB, merchantId, c.get('now'));
  return (
    found?.credentials.find(({ scheme, scopes }) => scheme === 'hmac' && hasScope(scopes, 'payments:write')) ?? null
  );
}

/** The mock checkout of a merchant that has no checkout of its own and could sign what it reports. Only locally. */
export async function mockCheckoutOf(c: Context<AppEnv>, paylink: PublicPaylink): Promise<string | null> {
  if (c.get('config').ENVIRONMENT !== 'local') return null;
  return (await credentialOf(c, paylink.merchantId)) ? `/checkout/${paylink.code}` : null;
}

/** A report as a merchant's server signs it (docs/api.md, Authentication). */
async function signedReport(c: Context<AppEnv>, merchantId: string, report: object): Promise<Request | null> {
  const credential = await credentialOf(c, merchantId);
  if (!credential) return null;
  const secret = await openSecret(c.get('config'), credential.id, credential.secretCiphertext);
  const body = JSON.stringify(report);
  const timestamp = `${Math.floor(c.get('now') / 1000)}`;
  const nonce = crypto.randomUUID();
  const parts = { merchantId, timestamp, nonce, method: 'POST', target: PATH, bodySha256: await sha256Hex(utf8(body)) };
  const key = await crypto.subtle.importKey('raw', utf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signature = toHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(canonicalRequest(parts)))));
  const headers = { 'content-type': 'application/json', 'x-merchant-id': merchantId, timestamp, nonce, signature };
  return new Request(new URL(PATH, c.req.url), { method: 'POST', headers, body });
}

const Form = z.object({ orderId: z.guid(), action: z.enum(['pay', 'part', 'fail']) });

const dueOf = ({ payments, total }: PublicPaylink): number =>
  amountDue({ total, approvedAmount: payments.reduce((sum, { amount }) => sum + amount, 0), orders: payments });

/** The form has the order's id, so that a second click is the same order. */
const Checkout = ({
  due,
  merchant,
  said,
  code,
}: {
  due: string;
  merchant: string;
  said: string | null;
  code: string;
}) => (
  <main>
    <article class="card bill">
      <div class="merchant">Mock checkout of {merchant}</div>
      <p class="soft small">Only on this machine: no money moves. It reports to {PATH} as a real checkout does.</p>
      {said === null ? null : (
        <section class="state bad" role="status">
          <p>{said}</p>
        </section>
      )}
      <div class="due">
        <h1>Amount due</h1>
        <strong>{due}</strong>
      </div>
      <form method="post" class="pay mock">
        <input type="hidden" name="orderId" value={crypto.randomUUID()} />
        <button type="submit" class="button" name="action" value="pay">
          Pay
        </button>
        <button type="submit" class="button" name="action" value="part">
          Pay part
        </button>
        <button type="submit" class="button" name="action" value="fail">
          Fail
        </button>
      </form>
      <p class="leave small">
        <a href={`/p/${code}`}>Back without paying</a>
      </p>
    </article>
  </main>
);

const style = `
.mock { display: grid; gap: 10px; }
.mock .button + .button { background: none; color: var(--ink); border-color: var(--line); }
.leave { margin-top: 16px; text-align: center; }
`;

/** `/checkout/{code}`: a mock of the merchant's own checkout. It exists only locally. */
export function checkoutRoutes(deliver: Deliver): Routes {
  const render = (c: Context<AppEnv>, paylink: PublicPaylink, said: string | null) => {
    const view = viewOf(paylink, statusAt(paylink, c.get('now')), '', null);
    const options = { title: 'Mock checkout', style: brandStyle(paylink.brandColor) + style };
    return page(
      c,
      options,
      <Checkout due={view.summary.due} merchant={view.summary.merchant} said={said} code={paylink.code} />,
    );
  };

  const report = async (c: Context<AppEnv>, paylink: PublicPaylink): Promise<Response> => {
    const form = Form.safeParse(Object.fromEntries(new URLSearchParams(new TextDecoder().decode(c.get('body')))));
    if (!form.success) return problem(c, refusal('invalid_request', 'Send the form of this page.'));
    const { orderId, action } = form.data;
    const due = dueOf(paylink);
    const amount = action === 'part' ? Math.max(1, Math.floor(due / 2)) : due;
    const type = action === 'fail' ? 'failed' : 'payment';
    const { id: paylinkId, currencyCode } = paylink;
    const request = await signedReport(c, paylink.merchantId, { paylinkId, orderId, type, amount, currencyCode });
    if (!request) return nothingHere(c);
    const answer = await deliver(c, request);
    if (!answer.ok) return render(c, paylink, `The gateway answered ${answer.status}: ${await answer.text()}`);
    if (action === 'fail') return render(c, paylink, 'The payment failed, and the gateway was told.');
    return c.redirect(`/p/${paylink.code}`, 303);
  };

  const locally = (handle: (c: Context<AppEnv>, paylink: PublicPaylink) => Response | Promise<Response>): Handle => {
    // What is over is told on the page of the Paylink.
    const whileActive = ofLink(
      (c, paylink) => (isActive(paylink, c.get('now')) ? handle(c, paylink) : c.redirect(`/p/${paylink.code}`, 303)),
      nothingHere,
    );
    return (c) => (c.get('config').ENVIRONMENT === 'local' ? whileActive(c) : nothingHere(c));
  };

  return {
    '/checkout/:code': byMethod({ GET: locally((c, paylink) => render(c, paylink, null)), POST: locally(report) }),
  };
}
