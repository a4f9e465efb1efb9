// `npm run deploy`, on the machine's own Node (≥ 20): `wrangler deploy` with the Node from npm; production unless `--env` names another.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { install, toolNode } from './install.mjs';

install();
const given = process.argv.slice(2);
const wrangler = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url));
const named = given.some((argument) => /^(?:-e|--env)(?:=|$)/.test(argument));
const { status } = spawnSync(toolNode, [wrangler, 'deploy', ...(named ? [] : ['--env=']), ...given], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
