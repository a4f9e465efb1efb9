import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { demoMerchants } from '../../src/local/demo.ts';
import type { Channel } from '../../src/model/delivery.ts';
import { call } from '../support/platform/caller.ts';
import type { Intent, Scenario } from './plan.ts';

const merchant = demoMerchants[0];
const apiKey = merchant?.credentials.find(({ scheme }) => scheme === 'bearer')?.secret ?? '';

/** Nobody waits longer for an answer, ms. */
const patienceMs = 10_000;
/** Real clients wait a second; here a second is long. ms */
const againMs = 120;
/** `send_failed` and `pending` are asked again this often. */
const asksAgain = 3;

const DeliveryLog = z.object({
  deliveryLogId: z.string(),
  deliveryMethod: z.enum(['EMAIL', 'SMS']),
  status: z.string(),
  messageId: z.string().nullable(),
  provider: z.string().nullable(),
});
export const PaylinkBody = z.looseObject({
  paylinkId: z.string(),
  status: z.string(),
  memo: z.string().nullable(),
  deliveryLogs: z.array(DeliveryLog),
});
export type PaylinkBody = z.infer<typeof PaylinkBody>;
const Problem = z.object({ code: z.string() });
const Graphql = z.object({
  data: z.object({ sendPaymentSessionLink: z.object({ success: z.boolean() }) }).nullish(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).optional(),
});

/** What an HTTP request came to; `lost`: the connection broke, or nobody answered. */
export type Answer = { kind: 'answered'; status: number; text: string; replayed: boolean } | { kind: 'lost' };

/** The last answer to a send. `sent` and `pending` carry what the body said, where it was REST's. */
export type SendEnd =
  | { kind: 'sent' | 'pending'; body: PaylinkBody | null; replayed: boolean }
  | { kind: 'failed' }
  | { kind: 'refused'; code: string };

/** A merchant's client as they are written: it asks again, under the same key, until it has a final answer. */
export class Client {
  readonly #url: string;
  readonly #begun: () => void;
  readonly #mayHangUp: boolean;
  /** The last answer that made somebody ask again. */
  trouble = '';
  /** How often somebody has hung up. */
  hungUp = 0;

  /** @param begun called as each request begins @param mayHangUp whether callers hang up where their intent says so */
  constructor(url: string, begun: () => void = () => {}, mayHangUp = false) {
    this.#url = url;
    this.#begun = begun;
    this.#mayHangUp = mayHangUp;
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    this.#begun();
    try {
      const answer = await fetch(`${this.#url}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patienceMs),
      });
      const replayed = answer.headers.get('idempotency-replayed') === 'true';
      const text = await answer.text();
      if (answer.status === 409 || answer.status >= 500) this.trouble = `${method} ${path}: ${answer.status} ${text}`;
      return { kind: 'answered', status: answer.status, text, replayed };
    } catch {
      return { kind: 'lost' };
    }
  }

  /** Asks, and hangs up after so many ms, answered or not. */
  async #askAndHangUp(afterMs: number, ...[method, path, body, headers]: Parameters<Client['ask']>): Promise<Answer> {
    this.#begun();
    const asked = call(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    await Promise.race([asked.answer, pause(afterMs)]);
    asked.hangUp();
    this.hungUp += 1;
    const answer = await asked.answer;
    if (!answer) return { kind: 'lost' };
    return { kind: 'answered', ...answer, replayed: answer.headers['idempotency-replayed'] === 'true' };
  }

  /** Asks until there is an answer that is not about the gateway's own trouble. */
  async askUntilAnswered(...request: Parameters<Client['ask']>): Promise<Extract<Answer, { kind: 'answered' }>> {
    for (;;) {
      const answer = await this.ask(...request);
      if (answer.kind === 'answered' && answer.status < 500 && answer.status !== 409) return answer;
      if (answer.kind === 'answered' && codeOf(answer) === 'send_failed') return answer;
      await pause(againMs);
    }
  }

  async create({ createKey, email, phone }: Pick<Scenario, 'createKey' | 'email' | 'phone'>): Promise<PaylinkBody> {
    const body = {
      merchantId: merchant?.id,
      customer: { email, phone, firstName: 'Ada', lastName: 'Byron' },
      lineItems: [{ sku: 'B-1', price: 1010, quantity: 1, description: 'A book' }],
      sendEmail: true,
      sendSms: true,
      customerConsent: true,
    };
    const answer = await this.askUntilAnswered('POST', '/', body, { 'idempotency-key': createKey });
    if (answer.status !== 201) throw new Error(`not created: ${answer.status} ${answer.text}`);
    return PaylinkBody.parse(JSON.parse(answer.text));
  }

  /** One send, asked for until its end is known, or its outcome stays unknown. */
  async send(paylinkId: string, intent: Intent): Promise<SendEnd> {
    let end: SendEnd = { kind: 'failed' };
    for (let asked = 0, turn = 0; asked < asksAgain; turn += 1) {
      const surface = intent.surfaces[turn % intent.surfaces.length];
      const next =
        surface === 'graphql'
          ? await this.#sendByGraphql(paylinkId, intent)
          : await this.sendByRest(paylinkId, intent, intent.wait, this.#mayHangUp ? intent.hangUps?.[turn] : null);
      if (next?.kind === 'sent' || next?.kind === 'refused') return next;
      if (next) {
        asked += 1;
        end = next;
      }
      await pause(againMs);
    }
    return end;
  }

  /** null: not answered, or not finally. */
  async sendByRest(
    paylinkId: string,
    { key, channels }: Intent,
    wait = 0,
    hangUpAfterMs: number | null = null,
  ): Promise<SendEnd | null> {
    const fields = { sendEmail: channels.includes('EMAIL'), sendSms: channels.includes('SMS') };
    const headers = { 'idempotency-key': key, ...(wait > 0 ? { prefer: `wait=${wait}` } : {}) };
    const request = ['PATCH', `/${paylinkId}/send`, fields, headers] as const;
    const answer =
      hangUpAfterMs === null ? await this.ask(...request) : await this.#askAndHangUp(hangUpAfterMs, ...request);
    if (answer.kind === 'lost' || answer.status === 409 || answer.status === 503) return null;
    if (answer.status === 200 || answer.status === 202) {
      const body = PaylinkBody.parse(JSON.parse(answer.text));
      return { kind: answer.status === 200 ? 'sent' : 'pending', body, replayed: answer.replayed };
    }
    const code = codeOf(answer);
    if (code === 'send_failed') return { kind: 'failed' };
    return answer.status >= 500 ? null : { kind: 'refused', code };
  }

  /** A "no" has no code on this surface: the next request, by REST under the same key, tells what it was. */
  async #sendByGraphql(paylinkId: string, { key, channels }: Intent): Promise<SendEnd | null> {
    const query =
      'mutation Send($input: SendPaymentSessionLinkInput!) { sendPaymentSessionLink(input: $input) { success } }';
    const input = { id: paylinkId, channel: graphqlChannel(channels[0]) };
    const answer = await this.ask('POST', '/graphql', { query, variables: { input } }, { 'idempotency-key': key });
    if (answer.kind === 'lost' || answer.status >= 500) return null;
    const result = Graphql.parse(JSON.parse(answer.text));
    const codes = result.errors?.map(({ extensions }) => extensions.code) ?? [];
    if (codes.some((code) => !passing.includes(code))) {
      throw new Error(`GraphQL answered ${answer.text}`);
    }
    return result.data?.sendPaymentSessionLink.success ? { kind: 'sent', body: null, replayed: answer.replayed } : null;
  }
}

/** What GraphQL says of the gateway's own trouble: ask again. */
const passing = ['RATE_LIMITED', 'INTERNAL', 'UNAVAILABLE'];

const graphqlChannel = (channel: Channel | undefined) => (channel === 'SMS' ? 'Phone' : 'Email');

export function codeOf({ text }: { text: string }): string {
  try {
    return Problem.parse(JSON.parse(text)).code;
  } catch {
    return 'unreadable';
  }
}
