import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callbackKey } from './callbacks.ts';
import { measureGrowth } from './growth.ts';
import { type Options, readOptions } from './options.ts';
import { printGrowth, printReport } from './print.ts';
import { LoadGenerator, startProvider } from './processes.ts';
import { report } from './report.ts';
import { readResults, saveResults } from './results.ts';
import { measureScenarios } from './scenario-rounds.ts';

/** Measures in a folder of its own, which goes when it is done. */
async function run(options: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'paylinks-bench-'));
  const load = new LoadGenerator();
  const provider = await startProvider(callbackKey);
  const place = { folder, provider: provider.url, coordinators: options.coordinators };
  try {
    if (options.growth) {
      const growth = await measureGrowth(place, load, options);
      printGrowth(growth, false);
      if (options.save) saveResults({ growth });
    } else {
      const found = report(await measureScenarios(place, load, provider.last, options));
      printReport(found, false);
      if (options.save) saveResults({ options, ...found });
    }
  } finally {
    provider.stop();
    load.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function printSaved(): void {
  const results = readResults();
  if (!results) throw new Error('there are no results yet: npm run bench');
  printReport(results, true);
  if (results.growth) printGrowth(results.growth, true);
}

const options = readOptions();
if (options.markdown) printSaved();
else await run(options);
