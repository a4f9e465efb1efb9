import { html } from 'hono/html';
import { LANDING_ADDRESS as ADDRESS } from '../http/pages/landing-address.ts';
import { demoKey, sendCommand } from '../local/demo-command.ts';
import { sitePage } from './docs-page.ts';

type Place = { href: string; name: string; says: string };

const places: Place[] = [
  { href: '/console', name: 'Console', says: 'Find a Paylink, and see whether its customer got it.' },
  { href: '/docs/', name: 'Documentation', says: 'Guides: the API, signing, webhooks, running it.' },
  { href: '/docs/reference', name: 'API reference', says: 'Every route, field and answer.' },
  { href: '/graphiql', name: 'GraphiQL', says: 'Ask the GraphQL schema from the browser.' },
  { href: '/docs/errors', name: 'Errors', says: 'What each code means, and what to do.' },
];
const localPlaces: Place[] = [
  { href: '/inbox', name: 'Inbox', says: 'Every email and SMS that was sent, caught here.' },
  ...places,
];

/** Creates a Paylink with the key of whoever reads the page. */
const createCommand = `curl -s ${ADDRESS}/ -H 'Authorization: Bearer YOUR_API_KEY' -H 'Content-Type: application/json' -d '{
  "merchantId": "YOUR_MERCHANT_ID",
  "customer": {"email": "ada@example.com", "firstName": "Ada"},
  "lineItems": [{"description": "Two-person tent", "price": 18900, "quantity": 1}],
  "sendEmail": true, "customerConsent": true
}'`;

const placeItem = ({ href, name, says }: Place) =>
  html`<li><a href="${href}"><strong>${name}</strong><span>${says}</span></a></li>`;

/** The page for a browser's `GET /`. @param local whether the demo merchant and the inbox are there */
export function landingPage(local: boolean): string {
  const sample = local ? sendCommand(ADDRESS) : createCommand;
  const after = local
    ? html`<p>The message is then in the <a href="/inbox">inbox</a>. Open it, follow its button, and pay in the mock checkout.
The <a href="/console">console</a> then shows what happened: sign in with the key <code>${demoKey}</code>.</p>`
    : html`<p>The answer is the Paylink with its link; <code>POST /{paylinkId}/notify_by/email</code> sends it. Your operator issues the key.</p>`;
  const main = html`<main class="landing">
<div class="brand"><img src="/favicon.svg" alt="" width="36" height="36">Paylink Gateway</div>
<h1>A payment link, delivered once, and every attempt on record.</h1>
<p class="lead">Your server creates a Paylink. The gateway emails or texts it to your customer, tells you what was delivered, opened and paid, and never sends the same thing twice.</p>
<ul class="buttons">
<li><a class="first" href="/docs/">Read the documentation</a></li>
<li><a href="/console">Open the console</a></li>
</ul>
<h2>The first message</h2>
<pre tabindex="0" aria-label="A command that sends a message"><code>${sample}</code></pre>
${after}
<h2>Where to go from here</h2>
<ul class="places">
${(local ? localPlaces : places).map(placeItem)}
</ul>
<footer>For programs: <a href="/openapi.json">openapi.json</a>, <a href="/schema.graphql">schema.graphql</a>, <a href="/llms.txt">llms.txt</a>.</footer>
</main>`;
  return sitePage(
    'Paylink Gateway',
    'Create a payment link, have it emailed or texted, and know what became of it.',
    '',
    main,
  );
}
