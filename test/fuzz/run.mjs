// `npm run fuzz -- --requests 100000 --seed 1`: the long form of test/fuzz/fuzz.test.ts, whose short form is part of `npm test`.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
});
const child = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'workers', 'test/fuzz/fuzz.test.ts'],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_REQUESTS: values.requests, FUZZ_SEED: values.seed },
  },
);
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
