import { privateHeaders } from './page.tsx';

/**
 * An email is somebody's HTML: no scripts, no origin, no forms, nothing loaded but pictures. Its links may open a tab of their own,
 * outside the sandbox, as they would from a mail program.
 */
export const emailHeaders = {
  ...privateHeaders,
  'content-security-policy': [
    'sandbox allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    'img-src https: http: data:',
    "style-src 'unsafe-inline'",
    "frame-ancestors 'self'",
  ].join('; '),
};

const head = /<head(?:\s[^>]*)?>/i;
const base = '<base target="_blank">';

/** The email as its own document, whose links open a new tab. */
export const emailDocument = (html: string): string =>
  head.test(html) ? html.replace(head, (tag) => `${tag}${base}`) : `${base}${html}`;
