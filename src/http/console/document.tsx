import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { AppEnv } from '../app-env.ts';
import { keepsToHttps } from '../pages/page.tsx';
import { consoleScript } from './scripts.ts';
import { consoleStyle } from './style.ts';

/** The statuses that the console's pages answer with. */
export type PageStatus = 200 | 202 | 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

export type DocumentOptions = {
  title: string;
  /** Whose page it is, after the title; default: the console. */
  whose?: string;
  status?: PageStatus;
  headers?: Record<string, string>;
};

/** Marks that turn the reading order (UAX #9): a customer's name must not rewrite what stands beside it. */
const turning = /\p{Bidi_Control}/gu;

/**
 * Answers a whole document of the console. Its policy allows its own style sheet and script (by nonce), pictures, frames of this origin
 * (emails, which have a stricter policy) and forms to this origin. Forms need `Origin`, so the referrer policy is not `no-referrer`.
 */
export async function consoleDocument(c: Context<AppEnv>, options: DocumentOptions, content: Child): Promise<Response> {
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "img-src 'self' https: data:",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href={favicon} />
        <title>
          {options.title} – {options.whose ?? 'Paylinks console'}
        </title>
        <style nonce={nonce}>{raw(consoleStyle)}</style>
      </head>
      <body>
        {content}
        <script nonce={nonce}>{raw(consoleScript)}</script>
      </body>
    </html>
  );
  const written = `${await html`<!doctype html>${page}`}`;
  return c.html(written.replace(turning, ''), options.status ?? 200, {
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    ...keepsToHttps(c),
    'content-security-policy': policy.join('; '),
    ...options.headers,
  });
}

const favicon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#3451d1"/><path d="M13 19l6-6m-8 2-1 1a4 4 0 0 0 6 6l1-1m-2-10 1-1a4 4 0 0 1 6 6l-1 1" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/></svg>',
)}`;
