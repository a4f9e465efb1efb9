// `npm run bench -- --help` lists the options.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callbackKey } from './callbacks.ts';
import { startFakeProvider } from './fake-provider.ts';
import { measureGrowth } from './growth.ts';
import { readOptions } from './options.ts';
import { measurePools } from './pools.ts';
import { printGrowth, printPools, printReport } from './print.ts';
import { report } from './report.ts';
import { measureScenarios } from './rounds.ts';

const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);

function save(name: string, results: object): void {
  writeFileSync(join(import.meta.dirname, name), `${JSON.stringify(results, rounded, 2)}\n`);
}

const options = readOptions();
const folder = mkdtempSync(join(tmpdir(), 'paylinks-bench-'));
const provider = await startFakeProvider(callbackKey);
const setup = { folder, providerUrl: provider.url, pool: options.pool };
try {
  if (options.growth) {
    const growth = await measureGrowth(setup, options);
    printGrowth(growth);
    save('results-growth.json', { options, ...growth });
  } else {
    const pools = 'pools'.includes(options.only) ? await measurePools(setup, options) : null;
    const isScenario = options.only !== 'pools';
    const results = report(isScenario ? await measureScenarios(setup, provider.lastMessage, options) : []);
    if (isScenario) printReport(results);
    if (pools) printPools(pools);
    save('results.json', { options, ...results, pools });
  }
} finally {
  provider.stop();
  rmSync(folder, { recursive: true, force: true });
}
