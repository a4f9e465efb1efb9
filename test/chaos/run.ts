// `npm run chaos -- --sends 2000 --kills 100 --seed X`: exit code 1 when anything was sent twice, lost, or told differently.
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
  },
});
const count = z.coerce.number().int().min(0).max(1_000_000);
const plan = z.object({ sends: count, kills: count, clients: count.min(1), seed: z.string() }).parse(values);

console.log(
  `seed ${plan.seed} (again: npm run chaos -- --seed ${plan.seed} --sends ${plan.sends} --kills ${plan.kills})`,
);
const report = await chaos({ ...plan, settled: true }, console.log);
console.log(table(report));
if (values.said) console.log(report.said);
const { duplicates, lost, disagreeing } = report.verdict;
process.exit(duplicates.length + lost.length + disagreeing.length === 0 ? 0 : 1);
