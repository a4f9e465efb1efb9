import * as z from 'zod';

const Files = z.array(z.object({ field: z.string(), name: z.string(), text: z.string() }));

/** A form that is right: its fields by name, a list for one that is there more than once. With `files` it is `multipart/form-data`. */
export type FormSample = {
  path: string;
  fields: Record<string, string | string[]>;
  files?: z.infer<typeof Files>;
  /** Sent with a key, by a program; else by a person whose session has the form's token. */
  isApi?: true;
};

const paylink = {
  'customer.email': 'ada@example.com',
  'customer.phone': '+12025550123',
  'customer.firstName': 'Ada',
  'customer.lastName': 'Byron',
  'customer.locale': 'de-DE',
  description: 'Your order',
  memo: 'Thank you',
  merchantInvoiceId: 'INV-1',
  currencyCode: 'USD',
  merchantId: ':merchantId',
  expiration: '2099-01-01T00:00',
  shipping: '5.00',
  tax: '1.00',
  lineCount: '2',
  'lineItems.0.description': 'A book',
  'lineItems.0.quantity': '2',
  'lineItems.0.price': '10.10',
  'lineItems.0.tax': '0.81',
  'lineItems.1.description': 'A pen',
  'lineItems.1.quantity': '1',
  'lineItems.1.price': '1.50',
  sendEmail: 'on',
  sendSms: 'on',
  customerConsent: 'on',
};
const settings = {
  name: 'Acme Books',
  brandColor: '#0f766e',
  logoUrl: 'https://example.com/logo.png',
  supportEmail: 'help@example.com',
  locale: 'en-US',
  timeZone: 'Europe/Berlin',
  country: 'US',
  smsCountries: 'US, CA',
  checkoutUrlTemplate: 'https://shop.example.com/pay/{code}',
  paylinkSendCap: '1000',
  recipientSendCap: '1000',
  unkeyedWindow: '10',
};
const endpoint = {
  url: 'https://hooks.example.com/all',
  description: 'All',
  eventTypes: ['paylink.paid', 'paylink.sent'],
  format: 'standard',
  includeChildren: 'on',
};
const one = '/console/paylinks/:paylinkId';
const hook = '/console/webhooks/:endpointId';
const merchant = '/console/operator/merchants/:merchantId';
const pdf = { name: 'invoice.pdf', text: '%PDF-1.7\n% a document\n' };

/** Forms of the console, of the pages, and uploads. A suspension is not among them: everything after it would be refused. */
export const formSamples: FormSample[] = [
  ...['/console/paylinks/new', '/console/paylinks/new', `${one}/edit`].map((path) => ({ path, fields: paylink })),
  {
    path: `${one}/send`,
    fields: { sendEmail: 'on', sendSms: 'on', 'to.email': '', 'to.phone': '', once: ':paylinkId' },
  },
  { path: `${one}/send`, fields: { sendEmail: 'on', 'to.email': 'b@example.com' } },
  { path: `${one}/cancel`, fields: {} },
  { path: `${one}/settle`, fields: { status: 'SENT', attemptId: ':deliveryLogId' } },
  { path: `${one}/detach`, fields: { name: 'invoice.pdf' } },
  { path: `${one}/attachments`, fields: {}, files: [{ field: 'file', ...pdf }] },
  { path: '/console/recipients/erase', fields: { email: 'gone@example.com', phone: '' } },
  { path: '/console/recipients/:suppressionId/lift', fields: {} },
  ...['/console/webhooks/new', `${hook}/edit`].map((path) => ({ path, fields: endpoint })),
  ...['test', 'rotate', 'enable', 'disable', 'remove'].map((verb) => ({ path: `${hook}/${verb}`, fields: {} })),
  { path: `${hook}/replay`, fields: { since: '2026-01-01T00:00', deliveryId: '' } },
  { path: '/console/keys/new', fields: { label: 'A', scheme: 'bearer', scopes: ['paylinks:read'], expiresAt: '' } },
  ...['replace', 'revoke'].map((verb) => ({ path: `/console/keys/:credentialId/${verb}`, fields: {} })),
  { path: '/console/settings', fields: settings },
  { path: '/console/settings/preview', fields: { ...settings, previewKind: 'sms', previewLanguage: 'fr' } },
  { path: '/console/settings/secret', fields: {} },
  {
    path: '/console/operator/new',
    fields: { name: 'New', mode: 'test', country: 'US', locale: 'en-US', parentId: '' },
  },
  { path: `${merchant}/keys`, fields: { scheme: 'hmac', label: 'B' } },
  { path: `${merchant}/keys/:credentialId/revoke`, fields: {} },
  { path: `${merchant}/resume`, fields: {} },
  { path: '/console/sign-in', fields: { key: 'plk_live_not_a_key', to: '/console/paylinks' } },
  {
    path: '/:paylinkId/attachments',
    isApi: true,
    fields: {},
    files: [
      { field: 'file', ...pdf },
      { field: 'file', name: 'photo.png', text: 'not a picture' },
    ],
  },
];

const Form = z.object({ fields: z.unknown(), files: z.unknown() }).catch({ fields: {}, files: undefined });

/** The body of a form, whatever became of the fields and files of its sample, with its media type. @param token the form's, of a session */
export async function formBody(value: unknown, token: string | null): Promise<{ type: string; text: string }> {
  const { fields, files } = Form.parse(value);
  const texts = Object.entries(z.record(z.string(), z.unknown()).catch({}).parse(fields)).flatMap(([name, given]) =>
    (Array.isArray(given) ? given : [given]).map((one: unknown): [string, string] => [
      name,
      typeof one === 'string' ? one : String(JSON.stringify(one)),
    ]),
  );
  const form = files === undefined ? new URLSearchParams() : new FormData();
  for (const [name, text] of token === null ? texts : [['formToken', token] as const, ...texts])
    form.append(name, text);
  if (form instanceof FormData)
    for (const { field, name, text } of Files.catch([]).parse(files)) form.append(field, new File([text], name));
  const sent = new Response(form);
  return { type: sent.headers.get('content-type') ?? '', text: new TextDecoder().decode(await sent.arrayBuffer()) };
}
