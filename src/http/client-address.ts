import type { Context } from 'hono';
import { NO_ADDRESS } from '../admission/flood-guard.ts';
import type { AppEnv } from './app-env.ts';

/** The address that a request comes from, as the platform says it. Callers cannot set this header. */
export const clientAddressOf = (c: Context<AppEnv>): string => c.req.header('cf-connecting-ip') ?? NO_ADDRESS;
