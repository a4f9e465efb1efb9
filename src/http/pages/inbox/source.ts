import type { InboxMessage } from '../../../store/inbox.ts';

/** The headers as they were given; of a message that the release before kept, what is known of it. */
export function headersOf(message: InboxMessage): [name: string, value: string][] {
  const given = Object.entries(message.headers);
  if (given.length > 0) return given;
  return [
    ['To', message.to],
    ...(message.subject === null ? [] : [['Subject', message.subject] satisfies [string, string]]),
    ['Date', new Date(message.createdAt).toUTCString().replace('GMT', '+0000')],
    ['X-Paylink-Id', message.paylinkId],
  ];
}

/** The message as a mail program keeps it (RFC 5322, in UTF-8: RFC 6532): its headers, and an email's two forms. */
export function sourceOf(message: InboxMessage): string {
  const lines = headersOf(message).map(([name, value]) => `${name}: ${value}`);
  if (message.html === null) return [...lines, '', message.text, ''].join('\n');
  const boundary = `paylinks-${message.id}`;
  const part = (type: string, body: string) =>
    [`--${boundary}`, `Content-Type: ${type}; charset=utf-8`, 'Content-Transfer-Encoding: 8bit', '', body].join('\n');
  return [
    ...lines,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    part('text/plain', message.text),
    part('text/html', message.html),
    `--${boundary}--`,
    '',
  ].join('\n');
}
