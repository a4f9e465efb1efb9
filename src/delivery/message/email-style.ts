import { raw } from 'hono/html';

// Mail clients ignore most style sheets, so what matters is inline. Nothing here needs escaping, which `raw` saves.
const font = 'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif;';
const ink = `${font}font-size:15px;line-height:23px;color:#111827;`;

export const body = raw(ink);
export const small = raw(`${font}font-size:13px;line-height:20px;color:#5b6472;`);
export const fine = raw(`${font}font-size:12px;line-height:18px;color:#5b6472;`);
export const note = raw(`${ink}background-color:#f4f5f7;border-radius:8px;padding:14px 16px;word-break:break-word`);

/** Attributes of a table that only lays out. */
export const layout = raw('role="presentation" cellpadding="0" cellspacing="0" border="0"');

/**
 * Only for clients that read it: narrow screens, and the dark scheme for those that do not invert by themselves.
 */
export const sheet = raw(`
:root{color-scheme:light dark;supported-color-schemes:light dark}
a{text-decoration:none}
@media (max-width:620px){.outer{padding:0!important}.card{border-radius:0!important;border-left:0!important;border-right:0!important}.pad{padding-left:24px!important;padding-right:24px!important}.total{font-size:34px!important}.button a{display:block!important}.button{width:100%!important}}
@media (prefers-color-scheme:dark){body,.page{background-color:#0f1115!important}.card{background-color:#1c1f26!important;border-color:#2c313b!important}.ink{color:#f3f4f6!important}.soft{color:#a8b0bd!important}.rule{border-color:#2c313b!important}.note{background-color:#252a33!important}.plain{color:#9db8ff!important}}
`);
