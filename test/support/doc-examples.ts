/** A shell block of a document that calls the gateway, and the JSON printed behind it (null: none). */
export type Example = { script: string; printed: unknown };

/** Stands for whatever was left out: further members of an object, further elements of an array, the rest of a string. */
const elision = '…';

/** The shell blocks that call `localhost:8787`, in their order. */
export function examplesIn(markdown: string): Example[] {
  const examples: Example[] = [];
  for (const [, language, text = ''] of markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    const last = examples.at(-1);
    if (language === 'sh' && text.includes('curl') && text.includes('localhost:8787'))
      examples.push({ script: text, printed: null });
    else if (language === 'json' && last?.printed === null) last.printed = JSON.parse(asJson(text));
  }
  return examples;
}

/** A bare `…` as JSON: a member of an object, or an element of an array. */
function asJson(text: string): string {
  const open: string[] = [];
  return text.replace(/"(?:[^"\\]|\\.)*"|[{}[\]…]/g, (token) => {
    if (token === '{' || token === '[') open.push(token);
    else if (token === '}' || token === ']') open.pop();
    else if (token === elision) return open.at(-1) === '{' ? `"${elision}": null` : `"${elision}"`;
    return token;
  });
}

/** Ids and times are everyone's own; all else has to be as printed. */
const masked = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An answer in the form in which it is printed: without what an elision stands for, ids and times masked. Equal to `shortened(printed,
 * printed)` exactly if the document tells the truth.
 */
export function shortened(answer: unknown, printed: unknown): unknown {
  if (typeof answer === 'string') {
    const [start = '', ...more] = typeof printed === 'string' ? printed.split(elision) : [];
    return more.length > 0 && answer.startsWith(start) ? printed : masked(answer);
  }
  if (Array.isArray(answer)) {
    const like: unknown[] = Array.isArray(printed) ? printed : [];
    const isShort = like.at(-1) === elision;
    const shown: unknown[] = isShort ? answer.slice(0, like.length - 1) : answer;
    const elements = shown.map((element, at) => shortened(element, like[at]));
    return isShort ? [...elements, elision] : elements;
  }
  if (isObject(answer)) {
    const like = new Map<string, unknown>(isObject(printed) ? Object.entries(printed) : []);
    const isShort = like.has(elision);
    const members = Object.entries(answer).filter(([name]) => like.has(name) || !isShort);
    const shown = members.map(([name, value]) => [name, shortened(value, like.get(name))]);
    return Object.fromEntries(isShort ? [...shown, [elision, null]] : shown);
  }
  return answer;
}
