// `npm run chaos -- --help` lists the options. The exit code is 1 when any verdict finds something.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { chaos } from './chaos.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: {
    sends: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '100' },
    clients: { type: 'string', default: '24' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
    said: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    platform: { type: 'boolean', default: true },
    'count-all': { type: 'boolean', default: false },
    'reset-every': { type: 'string', default: '50' },
    'rpc-ms': { type: 'string', default: '0' },
    'd1-ms': { type: 'string', default: '0' },
  },
  allowNegative: true,
});
if (values.help) {
  console.log(`npm run chaos -- [options]

Drives the gateway in the real runtime with providers that misbehave, kills it at random, and compares what the providers saw with D1 and
the coordinators. Cancels, part payments, updates and callbacks come in between. A last quarter of the sends is not killed. The exit code is 1
when anything was sent twice, was lost, disagrees, was asked of a provider after a cancel, became UNKNOWN by a reset alone, or stays in a
coordinator's journal. The default takes about 6 minutes.

  --sends N         sends to make (2000)
  --kills N         kills of the runtime (100)
  --clients N       clients at a time (24)
  --seed TEXT       plays the scenarios and kills of that seed again (random)
  --no-platform     without the platform's manners: six connections, resets, callers that hang up
  --count-all       D1 and RPC take connections too
  --reset-every N   resets a coordinator about every Nth call (50)
  --rpc-ms N        latency of a call to an object, ms (0)
  --d1-ms N         latency of a call to D1, ms (0)
  --said            prints what the runtime logged
  --help            this text`);
  process.exit();
}
const count = z.coerce.number().int().min(0).max(1_000_000);
const plan = z.object({ sends: count, kills: count, clients: count.min(1), seed: z.string() }).parse(values);

console.log(
  `seed ${plan.seed} (again: npm run chaos -- ${[...process.argv.slice(2), ...(process.argv.includes('--seed') ? [] : ['--seed', plan.seed])].join(' ')})`,
);
const manners = z
  .object({ 'reset-every': count, 'rpc-ms': count, 'd1-ms': count })
  .transform((given) => ({
    PLATFORM_RESET_EVERY: given['reset-every'],
    PLATFORM_RPC_MS: given['rpc-ms'],
    PLATFORM_D1_MS: given['d1-ms'],
  }))
  .parse(values);
const counts = values['count-all'] ? ('all' as const) : ('fetches' as const);
const platform = values.platform ? { ...manners, PLATFORM_COUNTS: counts } : null;
const report = await chaos({ ...plan, settled: true, hangUps: values.platform, platform }, console.log);
console.log(table(report));
if (values.said) console.log(report.said);
process.exit(Object.values(report.verdict).every((list) => list.length === 0) ? 0 : 1);
