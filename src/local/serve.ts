// The second half of `npm start`, on the Node from npm: prepares the local data, then runs `wrangler dev` until it is stopped.
import { isAbsolute, join, resolve } from 'node:path';
import process from 'node:process';
import { errorMessage } from '../lib/error-message.ts';
import { readArguments } from './arguments.ts';
import { prepareDatabase } from './database.ts';
import { demoMerchants } from './demo.ts';
import { serveGraphiqlFiles } from './graphiql-files.ts';
import { claimPort, fireCronEveryMinute, untilHealthy } from './network.ts';
import { keepPrivate } from './private-files.ts';
import { localSecrets, secretsFile } from './secrets-file.ts';
import { localVariables } from './variables.ts';
import { startWrangler } from './wrangler.ts';

const root = join(import.meta.dirname, '../..');

async function serve(): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  const port = await claimPort(given.port, given.ip);
  if (port === null) throw new Error(`Port ${given.port} is taken. Another one: npm start -- --port 9000`);
  const persistTo = isAbsolute(given.persistTo) ? given.persistTo : resolve(root, given.persistTo);
  keepPrivate(persistTo);
  localSecrets(persistTo);
  const { vars, envFiles, secretsKey } = localVariables(
    secretsFile(persistTo),
    port,
    join(root, '.dev.vars'),
    given.vars,
  );
  vars.set('GRAPHIQL_FILES', await serveGraphiqlFiles());
  if (await prepareDatabase(persistTo, secretsKey)) {
    console.log(`The local database is up to date (${persistTo}).`);
  }

  const own = ['--port', String(port), '--ip', given.ip, '--persist-to', persistTo];
  const quiet = given.rest.some((flag) => flag.startsWith('--show-interactive-dev-session'))
    ? []
    : ['--show-interactive-dev-session=false'];
  const files = envFiles.flatMap((file) => ['--env-file', file]);
  const named = [...vars].flatMap(([name, value]) => ['--var', `${name}:${value}`]);
  const gateway = startWrangler(['dev', ...own, ...quiet, ...files, ...given.rest, ...named], 'inherit');
  let stopped = false;
  gateway.on('exit', (code) => process.exit(stopped ? 0 : (code ?? 1)));
  // A terminal's Ctrl-C reaches wrangler too; a signal to this process does not.
  const stop = () => {
    stopped = true;
    gateway.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), 500).unref();

  const local = `http://${given.ip === '*' || given.ip === '0.0.0.0' ? '127.0.0.1' : given.ip}:${port}`;
  if (await untilHealthy(local)) {
    fireCronEveryMinute(local);
    console.log(welcome(`http://localhost:${port}`, persistTo));
  }
}

const welcome = (url: string, persistTo: string) => `
  Paylink Gateway        ${url}
  Captured messages      ${url}/inbox
  GraphiQL               ${url}/graphql
  Demo merchant          ${demoMerchants[0]?.id} (keys and examples to paste: README.md)
  Data, admin token      ${persistTo} (secrets.env)
  Ctrl-C stops it; the data stays.
`;

serve().catch((error: unknown) => {
  console.error(errorMessage(error));
  process.exit(1);
});
