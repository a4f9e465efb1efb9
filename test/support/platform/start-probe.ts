import { join } from 'node:path';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { PlatformOptions } from './options.ts';
import { platformVariables } from './options.ts';

async function bundle(): Promise<string> {
  const built = await build({
    entryPoints: [join(import.meta.dirname, 'probe.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:*', 'node:*'],
    conditions: ['workerd', 'worker', 'browser', 'import'],
  });
  const [file] = built.outputFiles;
  if (!file) throw new Error('nothing was built');
  return file.text;
}

/** Runs the probe with the platform's manners. */
export async function startProbe(options: Partial<PlatformOptions>): Promise<{ url: string; stop(): Promise<void> }> {
  const converted = convertV4MiniflareOptions({
    name: 'probe',
    modules: [{ type: 'ESModule', path: 'probe.js', contents: await bundle() }],
    compatibilityDate: '2026-10-15',
    compatibilityFlags: ['nodejs_compat', 'enable_request_signal'],
    bindings: platformVariables(options),
    d1Databases: { DB: 'probe' },
    durableObjects: {
      COORDINATOR: { className: 'Probe', useSQLite: true },
      GATE: { className: 'Probe', useSQLite: true },
    },
    queueProducers: { EVENTS: 'probe' },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    cf: false,
  });
  const miniflare = new Miniflare({ ...converted, handleStructuredLogs: () => {} });
  const { origin } = await miniflare.unsafeGetDirectURL('probe');
  return { url: origin, stop: () => miniflare.dispose() };
}
