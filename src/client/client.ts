import { type CallOptions, type ClientOptions, caller } from './caller.ts';
import { credentialCalls } from './credentials.ts';
import { endpointCalls } from './endpoints.ts';
import type * as types from './types.ts';

/** How a send ended: a provider accepted, or nobody knows yet (its log says `UNKNOWN`). A send that was refused throws. */
export type SendResult = { outcome: 'accepted' | 'unknown'; replayed: boolean; paylink: types.Paylink };

/** A file to attach: PDF, PNG or JPEG. */
export type Attachment = { name: string; bytes: Uint8Array };

const id = encodeURIComponent;

/**
 * The gateway's API, typed from its own schemas. A call that changes something gets an `Idempotency-Key` where its route takes one, and is
 * repeated under that key until there is an answer. Everything that is refused throws `PaylinksError`.
 */
export function paylinksClient(options: ClientOptions) {
  const call = caller(options);
  const paylinkOf = async (answer: Promise<Response>) => (await answer).json<types.Paylink>();
  const sent = async (answering: Promise<Response>): Promise<SendResult> => {
    const answer = await answering;
    return {
      outcome: answer.status === 202 ? 'unknown' : 'accepted',
      replayed: answer.headers.get('idempotency-replayed') === 'true',
      paylink: await answer.json<types.Paylink>(),
    };
  };
  const list = async (filter: types.PaylinkFilter = {}, more: CallOptions = {}) =>
    (await call({ ...more, method: 'GET', path: 'paylinks', query: filter })).json<types.PaylinkPage>();

  return {
    create: (body: types.CreatePaylink, more: CallOptions = {}) =>
      paylinkOf(call({ ...more, method: 'POST', path: '', body, keyed: true })),
    read: (paylinkId: string, more: CallOptions = {}) =>
      paylinkOf(call({ ...more, method: 'GET', path: id(paylinkId) })),
    update: (paylinkId: string, body: types.UpdatePaylink, more: CallOptions = {}) =>
      paylinkOf(call({ ...more, method: 'PATCH', path: id(paylinkId), body, keyed: true })),
    send: (paylinkId: string, body: types.SendPaylink, more: CallOptions = {}) =>
      sent(call({ ...more, method: 'PATCH', path: `${id(paylinkId)}/send`, body, keyed: true })),
    notifyBy: (paylinkId: string, medium: 'email' | 'sms', more: CallOptions = {}) =>
      sent(call({ ...more, method: 'POST', path: `${id(paylinkId)}/notify_by/${medium}`, keyed: true })),
    cancel: async (paylinkId: string, more: CallOptions = {}): Promise<void> => {
      await call({ ...more, method: 'PATCH', path: `${id(paylinkId)}/cancel`, keyed: true });
    },
    /** Says what became of an `UNKNOWN` delivery. */
    settle: (paylinkId: string, deliveryLogId: string, status: 'SENT' | 'FAILED', more: CallOptions = {}) => {
      const path = `${id(paylinkId)}/delivery-logs/${id(deliveryLogId)}/settle`;
      return paylinkOf(call({ ...more, method: 'POST', path, body: { status } }));
    },
    attach: (paylinkId: string, files: readonly Attachment[], more: CallOptions = {}) => {
      const form = new FormData();
      for (const { name, bytes } of files) form.append('file', new Blob([bytes]), name);
      return paylinkOf(call({ ...more, method: 'POST', path: `${id(paylinkId)}/attachments`, form }));
    },
    detach: async (paylinkId: string, name: string, more: CallOptions = {}): Promise<void> => {
      await call({ ...more, method: 'DELETE', path: `${id(paylinkId)}/attachments/${id(name)}` });
    },
    /** The short link as a QR code, an SVG document. */
    qrCode: async (paylinkId: string, more: CallOptions = {}) =>
      (await call({ ...more, method: 'GET', path: `${id(paylinkId)}/qr.svg`, accept: 'image/svg+xml' })).text(),
    /** One page, newest first. */
    list,
    /** Every Paylink that the filter finds, page by page. */
    all: async function* (filter: types.PaylinkFilter = {}, more: CallOptions = {}): AsyncGenerator<types.Paylink> {
      for (let cursor: string | null | undefined = undefined; cursor !== null; ) {
        const page: types.PaylinkPage = await list({ ...filter, ...(cursor ? { cursor } : {}) }, more);
        yield* page.data;
        cursor = page.nextCursor;
      }
    },
    /** Your checkout reports a payment, a refund or a failure. */
    reportPayment: (body: types.ReportPayment, more: CallOptions = {}) =>
      paylinkOf(call({ ...more, method: 'POST', path: 'webhooks/payments', body, keyed: true })),
    suppressions: async (paging: types.Paging = {}, more: CallOptions = {}) =>
      (await call({ ...more, method: 'GET', path: 'suppressions', query: paging })).json<types.SuppressionPage>(),
    liftSuppression: async (suppressionId: string, more: CallOptions = {}): Promise<void> => {
      await call({ ...more, method: 'DELETE', path: `suppressions/${id(suppressionId)}` });
    },
    /** Repeat it until `remaining` is 0. */
    eraseRecipient: async (recipient: { email: string } | { phone: string }, more: CallOptions = {}) =>
      (await call({ ...more, method: 'POST', path: 'recipients/erase', body: recipient })).json<types.Erased>(),
    settings: async (more: CallOptions = {}) =>
      (await call({ ...more, method: 'GET', path: 'settings' })).json<types.Settings>(),
    changeSettings: async (body: types.ChangeSettings, more: CallOptions = {}) =>
      (await call({ ...more, method: 'PATCH', path: 'settings', body })).json<types.Settings>(),
    /** A new secret for what callback URLs are told; only this answer shows it, and for 24 h the old one signs too. */
    rotateCallbackSecret: async (more: CallOptions = {}) =>
      (
        await call({ ...more, method: 'POST', path: 'settings/callback-secret/rotate' })
      ).json<types.RotatedCallbackSecret>(),
    credentials: credentialCalls(call),
    /** One page of who did what in your name, newest first. */
    audit: async (paging: types.Paging = {}, more: CallOptions = {}) =>
      (await call({ ...more, method: 'GET', path: 'audit', query: paging })).json<types.AuditPage>(),
    /** Counts by day, channel or provider. */
    stats: async (query: types.StatsQuery = {}, more: CallOptions = {}) =>
      (await call({ ...more, method: 'GET', path: 'stats', query })).json<types.Stats>(),
    endpoints: endpointCalls(call),
    /** Plays the customer, in test mode. */
    sandbox: {
      pay: (paylinkId: string, amount: number | null = null, more: CallOptions = {}) =>
        paylinkOf(
          call({ ...more, method: 'POST', path: `sandbox/${id(paylinkId)}/pay`, body: { amount }, keyed: true }),
        ),
      open: (paylinkId: string, more: CallOptions = {}) =>
        paylinkOf(call({ ...more, method: 'POST', path: `sandbox/${id(paylinkId)}/open`, keyed: true })),
      fail: (paylinkId: string, more: CallOptions = {}) =>
        paylinkOf(call({ ...more, method: 'POST', path: `sandbox/${id(paylinkId)}/fail`, keyed: true })),
    },
    /** Runs a GraphQL operation. Errors are in the answer, as GraphQL has them. */
    graphql: async <Data>(query: string, variables: object = {}, more: CallOptions = {}) =>
      (await call({ ...more, method: 'POST', path: 'graphql', body: { query, variables }, keyed: true })).json<{
        data?: Data | null;
        errors?: { message: string; extensions?: { code?: string; reason?: string } }[];
      }>(),
  };
}

export type PaylinksClient = ReturnType<typeof paylinksClient>;
