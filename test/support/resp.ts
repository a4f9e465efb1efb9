import { once } from 'node:events';
import { connect } from 'node:net';

/** A Redis reply as plain data; an error reply is an Error. */
export type Reply = string | number | null | Error | Reply[];

export type RedisConnection = { command: (parts: string[]) => Promise<Reply>; close: () => void };

const CRLF = '\r\n';

/** Reads one RESP2 reply (https://redis.io/docs/latest/develop/reference/protocol-spec/) at `at`; null: not all of it is there yet. */
function parse(data: Buffer, at: number): { reply: Reply; next: number } | null {
  const end = data.indexOf(CRLF, at);
  if (end < 0) return null;
  const text = data.toString('utf8', at + 1, end);
  const next = end + CRLF.length;
  switch (String.fromCharCode(data[at] ?? 0)) {
    case '+':
      return { reply: text, next };
    case '-':
      return { reply: new Error(text), next };
    case ':':
      return { reply: Number(text), next };
    case '$': {
      const length = Number(text);
      if (length < 0) return { reply: null, next };
      if (data.length < next + length + CRLF.length) return null;
      return { reply: data.toString('utf8', next, next + length), next: next + length + CRLF.length };
    }
    default: {
      const replies: Reply[] = [];
      let position = next;
      for (let index = 0; index < Number(text); index++) {
        const item = parse(data, position);
        if (!item) return null;
        replies.push(item.reply);
        position = item.next;
      }
      return { reply: replies, next: position };
    }
  }
}

const encoded = (parts: string[]): string =>
  `*${parts.length}${CRLF}${parts.map((part) => `$${Buffer.byteLength(part)}${CRLF}${part}${CRLF}`).join('')}`;

/** One connection, commands in order. When it is lost, every command fails. */
export async function connectRedis(port: number): Promise<RedisConnection> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const waiting: PromiseWithResolvers<Reply>[] = [];
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let parsed = parse(pending, 0); parsed; parsed = parse(pending, 0)) {
      pending = pending.subarray(parsed.next);
      waiting.shift()?.resolve(parsed.reply);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const lost of waiting.splice(0)) lost.reject(new Error('Redis is gone'));
  });
  return {
    command(parts) {
      if (socket.destroyed) return Promise.reject(new Error('Redis is gone'));
      const answer = Promise.withResolvers<Reply>();
      waiting.push(answer);
      socket.write(encoded(parts));
      return answer.promise;
    },
    close: () => socket.destroy(),
  };
}
