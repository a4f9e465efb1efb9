import { env } from 'cloudflare:workers';
import * as z from 'zod';
import { giveCredential, signHmac } from '../auth/merchant-side.ts';
import { type Api, merchantApi } from '../support/api.ts';
import { ownForm, signedIn, Visitor } from '../support/console.ts';
import { contextOf, seedPaylink, send } from '../support/verbs.ts';
import { formBody } from './form-samples.ts';
import { cutUp, mutated } from './mutations.ts';
import type { CallerName, Plan } from './plans.ts';
import { callbackSamples } from './samples.ts';

const SECRET = 'sk_live_0123456789abcdef0123456789abcdef';
/** Of each kind of thing this many are remembered, the newest. */
const REMEMBERED = 40;
/** Which parameter of routes an answer's member is good for. */
const PARAMETERS: Record<string, string> = {
  paylinkId: 'paylinkId',
  deliveryLogId: 'deliveryLogId',
  endpointId: 'endpointId',
  suppressionId: 'suppressionId',
  credentialId: 'credentialId',
};
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

type Merchants = { own: Api; child: Api; other: Api };
const Ids = z.array(z.object({ id: z.string() }));

/** The merchants who ask, what is known of what they made, and how a plan becomes a request. */
export class World {
  readonly #merchants: Merchants;
  readonly #known = new Map<string, string[]>();
  /** Never named as a parameter: without them everything else would only be refused. */
  readonly #kept: ReadonlySet<string>;

  /** Who is signed in to the console. */
  #people: { [caller in CallerName]?: Visitor } = {};

  /** One of the only coordinator's Paylinks. */
  firstPaylink = '';

  private constructor(merchants: Merchants, kept: readonly string[]) {
    this.#merchants = merchants;
    this.#kept = new Set([...Object.values(merchants).map(({ merchant }) => merchant.id), ...kept]);
  }

  static async make(): Promise<World> {
    const wide = { rateLimitRequests: 1_000_000, paylinkSendCap: 1_000, recipientSendCap: 100_000 };
    const own = await merchantApi(wide);
    const child = await merchantApi({ ...wide, parentId: own.merchant.id });
    const other = await merchantApi({ ...wide, mode: 'test' });
    await giveCredential(own.merchant.id, 'hmac', SECRET);
    const { results } = await env.DB.prepare('SELECT id FROM credentials').all();
    const world = new World(
      { own, child, other },
      Ids.parse(results).map(({ id }) => id),
    );
    const operating = new Visitor();
    await operating.request('POST', '/console/sign-in', { token: String(env.ADMIN_TOKEN) }, ownForm);
    await operating.get('/console/operator/new');
    const person = await signedIn(own.key);
    await person.get('/console/paylinks/new');
    world.#people = { person, operating };
    for (const { merchant } of [own, child, other]) {
      const paylink = await seedPaylink(merchant);
      const sent = await send(contextOf(merchant), paylink.id);
      world.firstPaylink = paylink.id;
      world.remember('paylinkId', paylink.id);
      world.remember('code', paylink.code);
      for (const { id } of 'paylink' in sent ? sent.paylink.deliveryLogs : []) {
        world.remember('deliveryLogId', id);
        world.remember('token', `${paylink.id}.${id}`);
      }
    }
    return world;
  }

  remember(name: string, value: string): void {
    if (this.#kept.has(value)) return;
    const known = this.#known.get(name) ?? [];
    if (known.includes(value)) return;
    this.#known.set(name, [...known.slice(1 - REMEMBERED), value]);
  }

  /** Remembers whatever an answer names. */
  learn(answer: unknown, depth = 0): void {
    if (!isObject(answer) || depth > 6) return;
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value !== 'string') this.learn(value, depth + 1);
      else if (PARAMETERS[name]) this.remember(PARAMETERS[name], value);
      else if (name === 'shortLink') this.remember('code', value.split('/').at(-1) ?? '');
      else if (name === 'merchantId' || name === 'id') this.remember('id', value);
    }
  }

  #pick(name: string, pick: number): string {
    if (name === 'merchantId') return this.#merchants.own.merchant.id;
    if (name === 'medium') return pick % 2 === 0 ? 'email' : 'sms';
    // The newest is asked for most, so that things are lived through.
    const known = this.#known.get(name === 'messageId' ? 'deliveryLogId' : name) ?? [];
    const back = Math.floor((pick / 1_001) ** 2 * known.length);
    return known.at(-1 - back) ?? '018bcfe5-6800-7000-8000-000000000001';
  }

  /** The request of a plan; null: nobody can make such a one. `ip` tells one client from another. */
  async request(plan: Plan, id: string, ip: string): Promise<Request | null> {
    const named = (text: string) =>
      text.replace(/:(paylinkId|merchantId|deliveryLogId|messageId)\b/g, (_, name: string) =>
        this.#pick(name, plan.pick),
      );
    const path = plan.path
      .replace(/:(\w+)/g, (_, name: string) =>
        plan.oddParameter === null ? this.#pick(name, plan.pick) : encodeURIComponent(plan.oddParameter.toWellFormed()),
      )
      .replace('*', 'x');
    const query = new URLSearchParams(plan.query.map(([name, value]) => [name, named(value)])).toString();
    const value = mutated(plan.body, plan.mutations);
    const headers = new Headers({ 'x-request-id': id, 'cf-connecting-ip': ip });
    const set = (name: string, text: string) => {
      try {
        headers.set(name, text);
      } catch {
        // No client can send that.
      }
    };
    try {
      if (plan.callback !== null) {
        const payload: unknown = JSON.parse(named(JSON.stringify(value ?? null)));
        const signed = callbackSamples[plan.callback]?.sign(payload);
        if (!signed) return null;
        for (const [name, text] of [...Object.entries(signed.headers), ...plan.headers]) set(name, text);
        const body = plan.cuts.length === 0 ? signed.body : cutUp(new TextDecoder().decode(signed.body), plan.cuts);
        return new Request(`${env.PUBLIC_BASE_URL}${signed.path}`, { method: 'POST', headers, body });
      }
      const url = new URL(`http://gateway.test${path}${query === '' ? '' : `?${query}`}`).href;
      if (new URL(url).host !== 'gateway.test') return null;
      const json = value === undefined ? undefined : named(JSON.stringify(value) ?? '');
      const person = this.#people[plan.caller];
      const sent =
        plan.isForm && json !== undefined
          ? await formBody(JSON.parse(json), person?.formToken ?? null)
          : { type: 'application/json', text: json };
      const text = sent.text === undefined ? undefined : cutUp(sent.text, plan.cuts);
      const body = plan.method === 'GET' || plan.method === 'HEAD' ? undefined : text;
      if (body !== undefined) set('content-type', sent.type);
      for (const [name, text] of this.#credentials(plan, url, body ?? '')) set(name, text);
      for (const [name, given] of plan.headers) set(name, given);
      return new Request(url, { method: plan.method, headers, ...(body === undefined ? {} : { body }) });
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** What a plan's caller shows. */
  #credentials(plan: Plan, url: string, body: string): Headers {
    const bearer = (key: string) => new Headers({ authorization: `Bearer ${key}` });
    switch (plan.caller) {
      case 'own':
      case 'child':
      case 'other':
        return bearer(this.#merchants[plan.caller].key);
      case 'hmac': {
        const merchantId = this.#merchants.own.merchant.id;
        const timestamp = Math.floor(Date.now() / 1_000);
        return signHmac({ merchantId, secret: SECRET, timestamp, method: plan.method, url, body }).headers;
      }
      case 'operator':
        return bearer(String(env.ADMIN_TOKEN));
      case 'wrong':
        return bearer('plk_live_not_a_key_of_anybody_000');
      case 'person':
      case 'operating':
        return new Headers({ ...ownForm, accept: 'text/html', cookie: this.#people[plan.caller]?.cookie ?? '' });
      case 'nobody':
        return new Headers();
    }
  }

  /** Undoes what requests did to the merchants' own settings, so that what follows is not only refused. */
  async restore(): Promise<void> {
    const { own, child, other } = this.#merchants;
    await env.DB.batch(
      [own, child, other].map(({ merchant }) =>
        env.DB.prepare(
          `UPDATE merchants SET paylink_send_cap = ?2, recipient_send_cap = ?3, rate_limit_requests = ?4, sms_countries = ?5, country = 'US'
           WHERE id = ?1`,
        ).bind(
          merchant.id,
          merchant.paylinkSendCap,
          merchant.recipientSendCap,
          merchant.rateLimitRequests,
          JSON.stringify(merchant.smsCountries),
        ),
      ),
    );
  }
}
