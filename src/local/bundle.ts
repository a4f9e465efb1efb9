import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** A Worker's code in one module, bundled as wrangler bundles it for a deployment. @param entry from the repository's root */
export async function bundleWorker(entry: string): Promise<string> {
  const built = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['workerd', 'worker', 'browser', 'import'],
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['cloudflare:*', 'node:*'],
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    logLevel: 'error',
  });
  const [file] = built.outputFiles;
  if (!file) throw new Error(`nothing was built of ${entry}`);
  return file.text;
}
