/** HTML that is safe as it stands; everything else is escaped on its way into one. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const special = /[&<>"']/;

const escaped = (text: string): string =>
  special.test(text) ? text.replace(/[&<>"']/g, (char) => entities[char] ?? char) : text;

/** Templates without the line breaks and indents that only their source needs. */
const tightened = new WeakMap<TemplateStringsArray, string[]>();

function tight(template: TemplateStringsArray): string[] {
  const known = tightened.get(template);
  if (known) return known;
  const parts = template.map((part) => part.replace(/\n\s*/g, ''));
  tightened.set(template, parts);
  return parts;
}

type Value = string | Markup | Markup[] | null;

function textOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return escaped(value);
  return Array.isArray(value) ? value.map(({ text }) => text).join('') : value.text;
}

/** A template of HTML. Strings are escaped, for text and for attributes in double quotes; markup goes in as it is, null as nothing. */
export function html(template: TemplateStringsArray, ...values: Value[]): Markup {
  const parts = tight(template);
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text += textOf(value) + parts[index + 1];
  });
  return new Markup(text);
}
