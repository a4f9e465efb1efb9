import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { type Language, languageOf } from '../../delivery/message/locales/language.ts';
import type { AppEnv } from '../app-env.ts';
import { baseStyle } from './style.ts';

/** For answers that lead to or show somebody's Paylink: in no cache, no search index, no Referer. */
export const privateHeaders = {
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** A browser that came by https comes by nothing else for a year (RFC 6797), whatever link it follows. */
export const keepsToHttps = (c: Context<AppEnv>): Record<string, string> =>
  c.req.url.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {};

export type PageOptions = {
  title: string;
  /** CSS of this page alone; only constants and checked colours. */
  style?: string;
  status?: 200 | 404 | 429 | 500 | 503;
  headers?: Record<string, string>;
  /** Default: English. */
  language?: Language;
  /** More elements for the head. */
  head?: Child;
  /** A script of this page alone; only a constant. It may call this origin. */
  script?: string;
  /** More Content-Security-Policy directives; the rest is forbidden. */
  allow?: string[];
};

/**
 * Answers a whole document. Its policy forbids all but its own style sheet and script (by nonce), https images (a merchant's logo) and
 * forms to this origin. Every page reads the same without its script.
 */
export async function page(c: Context<AppEnv>, options: PageOptions, content: Child): Promise<Response> {
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    'img-src https: data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(options.script ? [`script-src 'nonce-${nonce}'`, "connect-src 'self'"] : []),
    ...(options.allow ?? []),
  ];
  const { locale, dir } = options.language ?? languageOf('en');
  const document = (
    <html lang={locale} dir={dir}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>{options.title}</title>
        {options.head}
        <style nonce={nonce}>{raw(baseStyle + (options.style ?? ''))}</style>
      </head>
      <body>
        {content}
        {options.script ? <script nonce={nonce}>{raw(options.script)}</script> : null}
      </body>
    </html>
  );
  return c.html(html`<!doctype html>${document}`, options.status ?? 200, {
    ...privateHeaders,
    ...keepsToHttps(c),
    'content-security-policy': policy.join('; '),
    ...options.headers,
  });
}

/** The language that the browser asks for first, for pages that know of no customer. */
export const browserLanguage = (c: Context<AppEnv>): Language =>
  languageOf(c.req.header('accept-language')?.split(/[,;]/)[0]?.trim() ?? 'en');
