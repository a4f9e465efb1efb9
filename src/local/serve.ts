// The second half of `npm start`, on the Node from npm: prepares the local data, then runs `wrangler dev` until it is stopped.
import { join } from 'node:path';
import process from 'node:process';
import { errorMessage } from '../lib/error-message.ts';
import { environmentOf, readArguments } from './arguments.ts';
import { faultOf } from './check-variables.ts';
import { prepareDatabase } from './database.ts';
import { runGateway } from './gateway.ts';
import { dataFolder, openData } from './local-data.ts';
import { addressOf, claimPort, fireCronEveryMinute, ownAddressOf, untilHealthy } from './network.ts';
import { screen } from './screen.ts';
import { localVariables } from './variables.ts';
import { configuredVariables } from './wrangler-toml.ts';

const root = join(import.meta.dirname, '../..');

async function serve(): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  const persistTo = dataFolder(root, given.persistTo);
  openData(persistTo);
  const port = await claimPort(given.port, given.ip);
  if (port === null) throw new Error(`Port ${given.port} is taken. Another one: npm start -- --port 9000`);
  const url = addressOf(given.ip, port);

  const { vars, envFiles, all } = localVariables({
    url,
    persistTo,
    root,
    configured: configuredVariables(join(root, 'wrangler.toml'), environmentOf(given.rest)),
    asked: given.vars,
  });
  const fault = faultOf(all);
  if (fault) throw new Error(fault);
  await prepareDatabase({ persistTo, variables: all }, given.seed);

  const own = ['--port', String(port), '--ip', given.ip, '--persist-to', persistTo];
  const asked = given.rest.some((flag) => flag.startsWith('--show-interactive-dev-session'));
  const quiet = asked ? [] : ['--show-interactive-dev-session=false'];
  const files = envFiles.flatMap((file) => ['--env-file', file]);
  const named = [...vars].flatMap(([name, value]) => ['--var', `${name}:${value}`]);
  const base = ownAddressOf(given.ip, port);
  const gateway = runGateway(['dev', ...own, ...quiet, ...files, ...given.rest, ...named], base, given.verbose);
  if (!(await untilHealthy(base))) return;
  fireCronEveryMinute(base);
  await gateway.begin();
  console.log(screen(url, persistTo));
}

serve().catch((error: unknown) => {
  console.error(errorMessage(error));
  process.exit(1);
});
