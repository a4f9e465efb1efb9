import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/**
 * The OpenAPI document as text. Its schemas stand beside the handlers, which the build's Node cannot load by itself (JSX, the runtime's own
 * modules), so they are bundled first.
 */
export async function openApiText(): Promise<string> {
  const outfile = join(root, `.wrangler/site/document.${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'src/api/document.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    external: ['cloudflare:*'],
    // Packages in CommonJS ask for Node's modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  try {
    const { openApiDocument } = await import(outfile);
    return `${JSON.stringify(openApiDocument())}\n`;
  } finally {
    rmSync(outfile);
  }
}
