import { statusOf } from '../errors.ts';
import { titles } from '../http/problem.ts';
import type { Document } from './documents.ts';
import { renderMarkdown } from './markdown.ts';

/** What docs/api.md says to do about each code: the rows of its table of errors. */
export function adviceOf(markdown: string): Map<string, string> {
  const section = /\n## Errors\n([\s\S]*?)(?=\n## |$)/.exec(markdown)?.[1] ?? '';
  const rows = section.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| \d{3} \| (.*) \|$/gm);
  return new Map(
    [...rows].flatMap(([, codes = '', advice = '']) =>
      [...codes.matchAll(/\w+/g)].map(([code]): [string, string] => [code, advice]),
    ),
  );
}

const sentence = (text = '') => (text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);

const introduction = `# Errors

A REST error is \`application/problem+json\` (RFC 9457). Its \`type\` leads here, to the entry of its \`code\`; \`errors\` names the fields that are wrong, and \`requestId\` the line in
the log. GraphQL has the same code in \`extensions.reason\`. The [API guide](api.md#errors) has an example.
`;

/** One entry for each code, which the \`type\` of problems leads to. */
export function errorsPage(apiMarkdown: string): Document {
  const advice = adviceOf(apiMarkdown);
  const entries = Object.entries(statusOf).map(([code, status]) => {
    const todo = advice.get(code)?.replaceAll('](#', '](api.md#');
    const title = Object.entries(titles).find(([name]) => name === code)?.[1];
    return `## ${code}\n\n**${status} ${title}.** ${sentence(todo)}\n`;
  });
  const markdown = [introduction, ...entries].join('\n');
  return { name: 'errors', file: null, says: '', ...renderMarkdown('docs/errors.md', markdown) };
}
