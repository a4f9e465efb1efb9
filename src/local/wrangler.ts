import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '../..');
const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');

/** No network and no noise: no telemetry, no update check, no request.cf from the network, no log files in the home directory. */
const environment = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_WRITE_LOGS: 'false',
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
};

/** Starts a wrangler command in the project's folder, with this Node. `inherit` shows its output, `quiet` pipes it to the caller. */
export function startWrangler(args: string[], output: 'inherit' | 'quiet'): ChildProcess {
  return spawn(process.execPath, [wrangler, ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a wrangler command to its end. @throws Error with its whole output if it fails */
export async function runWrangler(args: string[]): Promise<void> {
  const child = startWrangler(args, 'quiet');
  let printed = '';
  child.stdout?.on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    printed += chunk;
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`wrangler ${args.slice(0, 3).join(' ')} failed:\n${printed}`);
}
