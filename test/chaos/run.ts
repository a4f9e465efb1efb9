// `npm run chaos -- --sends 2000 --kills 100 --seed X`, with the platform's manners unless `--no-platform`: exit code 1 when anything was sent twice, lost, or told differently.
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
    platform: { type: 'boolean', default: true },
    'count-all': { type: 'boolean', default: false },
    'reset-every': { type: 'string', default: '50' },
    'rpc-ms': { type: 'string', default: '0' },
    'd1-ms': { type: 'string', default: '0' },
  },
  allowNegative: true,
});
const count = z.coerce.number().int().min(0).max(1_000_000);
const plan = z.object({ sends: count, kills: count, clients: count.min(1), seed: z.string() }).parse(values);

console.log(
  `seed ${plan.seed} (again: npm run chaos -- --seed ${plan.seed} --sends ${plan.sends} --kills ${plan.kills})`,
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
const { duplicates, lost, disagreeing } = report.verdict;
process.exit(duplicates.length + lost.length + disagreeing.length === 0 ? 0 : 1);
