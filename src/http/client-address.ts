import type { Context } from 'hono';
import { NO_ADDRESS } from '../admission/flood-guard.ts';
import type { AppEnv } from './app-env.ts';

/**
 * What the platform gives as the address of every Worker of another zone (Cloudflare HTTP headers, "CF-Connecting-IP in Worker
 * subrequests"). Counted by it, anybody with a Worker could have all merchants refused that call from Workers.
 */
const WORKERS_ADDRESS = '2a06:98c0:3600::103';

/**
 * Who is counted for a request: its address, as the platform says it, or for a Worker the zone that owns it (`cf-worker`). Callers can
 * set neither: the platform overwrites the one, and sets the other on what a Worker asks.
 */
export function clientAddressOf(c: Context<AppEnv>): string {
  const address = c.req.header('cf-connecting-ip') ?? NO_ADDRESS;
  if (address !== WORKERS_ADDRESS) return address;
  return `worker of ${(c.req.header('cf-worker') ?? '').slice(0, 253).toLowerCase()}`;
}
