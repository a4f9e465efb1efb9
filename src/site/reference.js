// The API reference: redoc, in the colours of the page. Everything comes from this origin.
const scheme = matchMedia('(prefers-color-scheme: dark)');
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const font = getComputedStyle(document.body).fontFamily;
const mono = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';

const themeOf = (dark) => ({
  spacing: { sectionVertical: 28 },
  breakpoints: { medium: '60rem', large: '90rem' },
  colors: {
    primary: { main: color('accent') },
    text: { primary: color('ink'), secondary: color('soft') },
    error: { main: dark ? '#ffb0b0' : '#9b1c1c' },
    border: { dark: color('line'), light: color('line') },
    responses: {
      success: { color: dark ? '#7ee2a8' : '#0b6b3a', backgroundColor: color('side'), tabTextColor: '#7ee2a8' },
      error: { color: dark ? '#ffb0b0' : '#9b1c1c', backgroundColor: color('side'), tabTextColor: '#ffb0b0' },
      redirect: { color: color('ink'), backgroundColor: color('side'), tabTextColor: '#e8ebf0' },
      info: { color: color('ink'), backgroundColor: color('side'), tabTextColor: '#e8ebf0' },
    },
    http: {
      get: '#0b6b3a',
      post: '#1f4fd8',
      patch: '#8a4b00',
      put: '#8a4b00',
      delete: '#9b1c1c',
    },
  },
  schema: {
    nestedBackground: color('side'),
    typeNameColor: color('soft'),
    typeTitleColor: color('soft'),
    linesColor: color('line'),
  },
  typography: {
    fontFamily: font,
    fontSize: '16px',
    headings: { fontFamily: font, fontWeight: '600' },
    code: { fontFamily: mono, fontSize: '13px', color: color('ink'), backgroundColor: color('code') },
    links: { color: color('accent'), visited: color('accent'), hover: color('accent') },
  },
  sidebar: { backgroundColor: color('side'), textColor: color('ink'), activeTextColor: color('accent') },
  rightPanel: { backgroundColor: '#151920', textColor: '#e8ebf0' },
  codeBlock: { backgroundColor: '#0f1217' },
});

/** Draws it in a place of its own, anew when the reader's colours change. */
function draw() {
  const options = {
    theme: themeOf(scheme.matches),
    requiredPropsFirst: true,
    hideSchemaPattern: true,
    nativeScrollbars: true,
  };
  const place = document.createElement('div');
  place.id = 'reference';
  place.dataset.scheme = scheme.matches ? 'dark' : 'light';
  document.getElementById('reference').replaceWith(place);
  Redoc.init('/openapi.json', options, place);
}

draw();
scheme.addEventListener('change', draw);
