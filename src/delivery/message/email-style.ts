/**
 * Mail clients ignore most style sheets, so what matters is inline. No quotes: CSS needs none round `Segoe UI`, and escaping them in forty
 * attributes would take a sixth of the rendering.
 */
export const font = 'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif;';

/**
 * Only for clients that read it: narrow screens, and the dark scheme for those that do not invert by themselves. It holds nothing that
 * HTML would escape.
 */
export const sheet = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
a{text-decoration:none}
@media (max-width:620px){.outer{padding:0!important}.card{border-radius:0!important;border-left:0!important;border-right:0!important}.pad{padding-left:24px!important;padding-right:24px!important}.total{font-size:34px!important}.button a{display:block!important}.button{width:100%!important}}
@media (prefers-color-scheme:dark){body,.page{background-color:#0f1115!important}.card{background-color:#1c1f26!important;border-color:#2c313b!important}.ink{color:#f3f4f6!important}.soft{color:#a8b0bd!important}.rule{border-color:#2c313b!important}.note{background-color:#252a33!important}.plain{color:#9db8ff!important}}
`;
