import { parseArgs } from 'node:util';
import * as z from 'zod';

const between = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const Options = z.object({
  rounds: between(1, 50),
  count: between(1, 5_000),
  pool: between(1, 4096),
  only: z.string(),
  growth: z.boolean(),
  many: between(10_000, 5_000_000),
});
export type Options = z.infer<typeof Options>;

const help = `npm run bench -- [options]

Measures the gateway beside its floor: a worker that does only the I/O that cannot be avoided. Takes about 5 minutes on a quiet machine.
The report goes to standard output and, with all figures, to bench/results.json (or results-growth.json).

  --rounds N        rounds of each scenario (5)
  --count N         sends in one measurement; cheaper requests take a multiple (150)
  --pool N          size of the coordinator pool (64); the merchant has four of it
  --only TEXT       only the scenarios whose name contains TEXT, or pools: sends a second by pool
  --growth          instead: many Paylinks against 1,000, a deep page, a coordinator with a past
  --many N          how many Paylinks are many, for --growth (1000000)
  --help            this text`;

/** Reads the command line. `--help` prints the options and ends the process. */
export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      count: { type: 'string', default: '150' },
      pool: { type: 'string', default: '64' },
      only: { type: 'string', default: '' },
      growth: { type: 'boolean', default: false },
      many: { type: 'string', default: '1000000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    process.exit();
  }
  const { data, error } = Options.safeParse(values);
  if (data) return data;
  console.error(z.prettifyError(error));
  process.exit(2);
}
