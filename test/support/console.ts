import { exports } from 'cloudflare:workers';
import type { Scope } from '../../src/model/caller.ts';
import { type Api, keyOf, merchantApi } from './api.ts';

const origin = 'http://gateway.test';
/** The headers of a form that a page of the console sent. */
export const ownForm = { origin, 'sec-fetch-site': 'same-origin' };

/** A browser in which somebody uses the console: it keeps the cookie and fills in the token of the page's forms. */
export class Visitor {
  cookie: string | null = null;
  /** The page that was shown last. */
  page = '';

  async request(method: string, path: string, form?: object, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = this.cookie === null ? {} : { cookie: this.cookie };
    const init: RequestInit = { method, redirect: 'manual', headers: { accept: 'text/html', ...cookie, ...headers } };
    if (form) {
      init.body = new URLSearchParams(Object.entries(form)).toString();
      init.headers = { ...init.headers, 'content-type': 'application/x-www-form-urlencoded', ...headers };
    }
    const answer = await exports.default.fetch(origin + path, init);
    const set = answer.headers.get('set-cookie');
    if (set) this.cookie = set.includes('Max-Age=0') ? null : (set.split(';')[0] ?? null);
    this.page = await answer.clone().text();
    return answer;
  }

  get(path: string): Promise<Response> {
    return this.request('GET', path);
  }

  /** Sends a form with the token of the page that was shown last. */
  post(path: string, form: object = {}): Promise<Response> {
    return this.request('POST', path, { formToken: this.formToken, ...form }, ownForm);
  }

  /** Sends a form with files, with the token of the page that was shown last unless another is given. */
  async upload(path: string, files: File[], formToken = this.formToken): Promise<Response> {
    const body = new FormData();
    body.set('formToken', formToken);
    for (const file of files) body.append('file', file);
    const headers = { accept: 'text/html', cookie: this.cookie ?? '', ...ownForm };
    const answer = await exports.default.fetch(origin + path, { method: 'POST', redirect: 'manual', headers, body });
    this.page = await answer.clone().text();
    return answer;
  }

  get formToken(): string {
    return /name="formToken" value="([^"]+)"/.exec(this.page)?.[1] ?? '';
  }
}

/** A visitor who has signed in with an API key, and sees the console. */
export async function signedIn(key: string): Promise<Visitor> {
  const visitor = new Visitor();
  await visitor.request('POST', '/console/sign-in', { key }, ownForm);
  await visitor.get('/console');
  return visitor;
}

/** Two merchants, and somebody of each who has signed in. */
export async function twoMerchants(): Promise<{ api: Api; other: Api; visitor: Visitor; foreign: Visitor }> {
  const api = await merchantApi({ name: 'Blue Bottle Books', timeZone: 'Europe/Berlin' });
  const other = await merchantApi({ name: 'Red Kettle Tea' });
  return { api, other, visitor: await signedIn(api.key), foreign: await signedIn(other.key) };
}

/** A visitor with a key of the merchant's that may do this alone. */
export const signedInWith = async (api: Api, ...scopes: Scope[]): Promise<Visitor> =>
  signedIn((await keyOf(api.merchant, scopes)).key);

/** Where an answer leads. */
export const locationOf = (answer: Response): string | null => answer.headers.get('location');
