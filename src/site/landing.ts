import { html } from 'hono/html';
import { LANDING_ADDRESS as ADDRESS } from '../http/pages/landing-address.ts';
import { demoMerchants } from '../local/demo.ts';

const demo = demoMerchants[0];
const demoKey = demo?.credentials.find(({ scheme }) => scheme === 'bearer')?.secret ?? '';

type Place = { href: string; name: string; says: string };

const localPlaces: Place[] = [
  { href: '/inbox', name: 'Inbox', says: 'Every email and SMS that was sent, caught here.' },
  { href: '/graphql', name: 'GraphiQL', says: 'Ask the GraphQL schema from the browser.' },
];

/** Creates a Paylink for a customer and emails it: one command to paste. */
const command = (
  key: string,
  merchantId: string,
) => `id=$(curl -s ${ADDRESS}/ -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '{
  "merchantId": "${merchantId}",
  "customer": {"email": "ada@example.com", "firstName": "Ada"},
  "lineItems": [{"description": "Two-person tent", "price": 18900, "quantity": 1}],
  "sendEmail": true, "customerConsent": true
}' | sed 's/.*"paylinkId":"\\([^"]*\\)","link".*/\\1/')
curl -s -X POST "${ADDRESS}/$id/notify_by/email" -H 'Authorization: Bearer ${key}'`;

const placeItem = ({ href, name, says }: Place) =>
  html`<li><a href="${href}"><strong>${name}</strong><span>${says}</span></a></li>`;

/** The page for a browser's `GET /`. @param local whether the demo merchant and the inbox are there */
export function landingPage(local: boolean): string {
  const sample = local ? command(demoKey, demo?.id ?? '') : command('YOUR_API_KEY', 'YOUR_MERCHANT_ID');
  const after = local
    ? html`<p>The message is then in the <a href="/inbox">inbox</a>. Open it, follow its button, and pay in the mock checkout.</p>`
    : html`<p>The answer is the Paylink, with its link and what became of the message. Your operator issues the key.</p>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Create a payment link, have it emailed or texted, and know what became of it.">
<title>Paylink Gateway</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/site.css">
</head>
<body>
<main class="landing">
<div class="brand"><img src="/favicon.svg" alt="" width="36" height="36">Paylink Gateway</div>
<h1>A payment link, delivered once, and every attempt on record.</h1>
<p class="lead">Your server creates a Paylink. The gateway emails or texts it to your customer, tells you what was delivered, opened and paid, and never sends the same thing twice.</p>
<h2>The first message</h2>
<pre tabindex="0" aria-label="A command that sends a message"><code>${sample}</code></pre>
${after}
${local ? html`<h2>Where to go from here</h2><ul class="places">${localPlaces.map(placeItem)}</ul>` : ''}
<footer>For programs: <a href="/schema.graphql">schema.graphql</a>.</footer>
</main>
</body>
</html>
`.toString();
}
