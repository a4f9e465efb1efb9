import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isThere } from '../support/commands.ts';

const run = promisify(execFile);
const Vectors = z.array(
  z.object({
    ...{ name: z.string(), merchantId: z.string(), secret: z.string(), timestamp: z.string(), nonce: z.string() },
    ...{ method: z.string(), path: z.string(), body: z.string(), signature: z.string() },
    ...{ host: z.string(), idempotencyKey: z.string() },
  }),
);
const vectors = Vectors.parse(JSON.parse(readFileSync('test/vectors/hmac-v2.json', 'utf8')));
const document = readFileSync('docs/signing.md', 'utf8');

/** How each sample is run: its block's language, its file, its runtime, and how one sees that the runtime is there. */
const samples = [
  { language: 'bash', file: 'sign.sh', command: ['bash'], probe: ['openssl', 'version'] },
  { language: 'js', file: 'sign.mjs', command: [process.execPath], probe: [process.execPath, '--version'] },
  { language: 'python', file: 'sign.py', command: ['python3'], probe: ['python3', '--version'] },
  { language: 'php', file: 'sign.php', command: ['php'], probe: ['php', '--version'] },
  {
    language: 'java',
    file: 'Sign.java',
    command: ['java', '-Dfile.encoding=UTF-8', '-Dsun.jnu.encoding=UTF-8'],
    probe: ['javac', '-version'],
  },
  { language: 'go', file: 'sign.go', command: ['go', 'run'], probe: ['go', 'version'] },
  { language: 'csharp', file: 'sign.cs', command: ['dotnet', 'run'], probe: ['dotnet', '--version'] },
];

describe('the samples of docs/signing.md', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'signing-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  for (const { language, file, command, probe } of samples) {
    const sample = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(document)?.[1];
    const there = isThere(probe);
    it.skipIf(!there)(
      `in ${language} make the signature of every vector${there ? '' : ': not run, its runtime is not here'}`,
      async () => {
        const path = join(scratch, file);
        writeFileSync(path, sample ?? '');
        const [runtime = '', ...args] = command;
        const signatures = await Promise.all(
          vectors.map(async (vector) => {
            const { merchantId, secret, timestamp, nonce, method, path: target, body, host } = vector;
            const given = [merchantId, secret, timestamp, nonce, method, target, body, host, vector.idempotencyKey];
            const env = { ...process.env, LC_ALL: 'C.UTF-8' };
            return (await run(runtime, [...args, path, ...given], { env })).stdout.trim();
          }),
        );
        expect(signatures).toEqual(vectors.map(({ signature }) => signature));
      },
    );
  }

  it('are there for every language named', () => {
    for (const { language } of samples) expect(document).toContain(`\`\`\`${language}\n`);
  });
});
