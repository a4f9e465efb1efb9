import type { TestProject } from 'vitest/node';
import { BRIDGE_TOKEN, startBridge } from './redis-bridge.ts';
import { hasRedis } from './redis-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where Upstash's protocol is spoken for real redis-servers; null: this machine has none. */
    redisBridge: { url: string; token: string } | null;
  }
}

/** One bridge for all tests of the project. Without redis-server, what needs it is skipped, and the run says so. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!hasRedis()) {
    console.warn('\n⚠ redis-server is not installed: the tests of Upstash (test/admission) are SKIPPED.\n');
    project.provide('redisBridge', null);
    return undefined;
  }
  const bridge = await startBridge();
  project.provide('redisBridge', { url: bridge.url, token: BRIDGE_TOKEN });
  return bridge.close;
}
