import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InboxWatch, messageLine } from '../../../src/local/inbox-watch.ts';
import { readLogLine } from '../../../src/local/log-lines.ts';
import { screen } from '../../../src/local/screen.ts';
import { WranglerNoise } from '../../../src/local/wrangler-noise.ts';

const at = new Date(2026, 10, 25, 23, 17, 28).getTime();
const request = {
  level: 'info',
  event: 'request',
  requestId: 'r-1',
  method: 'PATCH',
  route: '/:paylinkId/send',
  status: 200,
  ms: 75,
};

describe('a line of the gateway’s log', () => {
  it('about a request has time, method, path without ids, status and duration', () => {
    expect(readLogLine(JSON.stringify(request), at)).toEqual({
      kind: 'request',
      requestId: 'r-1',
      method: 'PATCH',
      status: 200,
      text: '23:17:28 PATCH /…/send 200 75 ms',
    });
  });

  it('says why a request was not authenticated, and that a path is none of ours', () => {
    const line = JSON.stringify({ ...request, route: null, status: 401, reason: 'no credentials' });
    expect(readLogLine(line, at)).toMatchObject({ text: '23:17:28 PATCH /… 401 75 ms (no credentials)' });
  });

  it('is read through the mark that wrangler puts before warnings and errors', () => {
    const line = `\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1m${JSON.stringify({ ...request, level: 'error', status: 500 })}\u001b[0m`;
    expect(readLogLine(line, at)).toMatchObject({ kind: 'request', status: 500 });
    expect(readLogLine('{"level":"error","event":"internal","error":"TypeError"}', at)).toEqual({
      kind: 'fact',
      text: '23:17:28 error internal {"error":"TypeError"}',
    });
  });

  it('about anything else that goes well is of no interest, and what is no such line is not taken for one', () => {
    expect(readLogLine('{"level":"info","event":"provider_events_applied"}', at)).toEqual({ kind: 'quiet' });
    for (const line of ['', 'Ready', '{"level":"info"}', '{"level":"info",', '[1]'])
      expect(readLogLine(line, at)).toBeNull();
  });
});

describe('what wrangler prints', () => {
  const shown = (text: string) => {
    const noise = new WranglerNoise();
    return text.split('\n').flatMap((line) => noise.filter(line) ?? []);
  };

  it('of bindings, requests and the cron is left out', () => {
    expect(
      shown(`[custom build] Running: node src/local/generate-phone-metadata.mjs
Using secrets defined in data/secrets.env
Your Worker has access to the following bindings:
Binding                                                 Resource                  Mode
env.DB (paylinks)                                       D1 Database               local

⎔ Starting local server...
Your Worker has access to the following bindings:
env.DB (paylinks)                                       D1 Database               local
\u001b[33m▲ \u001b[43;33m[\u001b[43;30mWARNING\u001b[43;33m]\u001b[0m \u001b[1mScheduled Workers are not automatically triggered during local development.\u001b[0m

  To manually trigger a scheduled event, run:
    curl "http://127.0.0.1:8911/cdn-cgi/local/scheduled"

[wrangler:info] Ready on http://127.0.0.1:8911
[wrangler:info] GET /healthz 200 OK (1344ms)
[wrangler:info] ✨ Parsed 6 valid header rules.
`),
    ).toEqual([]);
  });

  it('is shown whenever it is not known, with what belongs to it: errors never disappear', () => {
    const error = '\n✘ [ERROR] Build failed with 1 error:\n\n  ✘ [ERROR] Unexpected ";"\n\n      src/zz.ts:1:10:';
    expect(shown(error).join('\n')).toBe(error);
    expect(
      shown(
        '▲ [WARNING] Scheduled Workers are not automatically triggered\n\n  run:\n\n✘ [ERROR] Address in use\n  at x',
      ),
    ).toEqual(['\n✘ [ERROR] Address in use', '  at x']);
    expect(shown('[wrangler:warn] The runtime crashed')).toEqual(['[wrangler:warn] The runtime crashed']);
  });
});

describe('a message in the inbox', () => {
  const message = (id: string, more = {}) => ({
    id,
    channel: 'EMAIL' as const,
    to: 'ada@example.com',
    subject: 'Northwind Outfitters: payment request for $213.12',
    text: 'Hello',
    ...more,
  });

  it.each([
    [message('1'), '✉ ada@example.com $213.12 → /inbox'],
    [
      message('2', {
        channel: 'SMS',
        to: '+12025550123',
        subject: null,
        text: 'Northwind: please pay $1,213.12. http://x',
      }),
      '✆ +12025550123 $1,213.12 → /inbox',
    ],
    [message('3', { subject: 'Zahlung über 1.213,12\u00a0€ bei N' }), '✉ ada@example.com 1.213,12\u00a0€ → /inbox'],
    [message('4', { subject: 'CHF\u00a020.00 for N' }), '✉ ada@example.com CHF\u00a020.00 → /inbox'],
    [message('5', { subject: 'Hello' }), '✉ ada@example.com → /inbox'],
  ])('has a line with recipient and amount: %#', (one, line) => {
    expect(messageLine(one)).toBe(line);
  });

  it('is told once, the oldest first, and not when it lay there before', async () => {
    let messages = [message('old')];
    const watch = new InboxWatch(async () => ({ messages }));
    const lines: string[] = [];
    await watch.begin();
    messages = [message('b', { to: 'b@example.com' }), message('a', { to: 'a@example.com' }), ...messages];
    await Promise.all([watch.look((line) => lines.push(line)), watch.look((line) => lines.push(line))]);
    await watch.look((line) => lines.push(line));
    expect(lines.map((line) => line.slice(2, 3))).toEqual(['a', 'b']);
  });

  it('that comes while a look is under way is found by it, and one that could not be read by the next', async () => {
    const answers: unknown[] = [{ messages: [] }, new Error('gone'), { messages: [message('late')] }];
    const watch = new InboxWatch(async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    });
    const lines: string[] = [];
    await watch.begin();
    const first = watch.look((line) => lines.push(line));
    await Promise.all([first, watch.look((line) => lines.push(line))]);
    expect([lines.length, answers]).toEqual([1, []]);
  });
});

it('README.md shows the screen and the lines as they are', () => {
  const block = /^```text\n([\s\S]*?)^```/m.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '';
  const [top = '', lines = ''] = block.split('  …\n');
  expect(screen('http://localhost:8787', '.wrangler/start').trimStart()).toContain(top.trimStart());
  expect(top.split('\n').length).toBeGreaterThan(7);
  const told = readLogLine(JSON.stringify(request), at);
  expect(lines).toContain(told?.kind === 'request' ? `${told.text}\n` : 'a request');
  const subject = 'Northwind Outfitters: payment request for $213.12';
  const message = { id: '1', channel: 'EMAIL' as const, to: 'ada@example.com', subject, text: '' };
  expect(lines).toContain(`${messageLine(message)}\n`);
});
