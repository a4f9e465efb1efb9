// `npm start`, on the machine's own Node (≥ 20): installs what is missing, then serves with the Node from npm.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { help } from './help.mjs';
import { install, toolNode } from './install.mjs';

const given = process.argv.slice(2);
if (given.includes('--help') || given.includes('-h')) {
  console.log(help);
  process.exit();
}
install();
const serve = fileURLToPath(new URL('./serve.ts', import.meta.url));
const child = spawn(toolNode, ['--disable-warning=ExperimentalWarning', serve, ...given], { stdio: 'inherit' });
const stop = () => child.kill('SIGTERM');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
child.on('exit', (code) => process.exit(code ?? 1));

// A signal to npm alone ends npm and its shell, but does not reach this process.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), 500).unref();
}
