import type { Hono } from 'hono';
import { openPaylink } from '../../paylinks/open.ts';
import { unsubscribe } from '../../paylinks/unsubscribe.ts';
import type { AppEnv } from '../app-env.ts';
import { inboxRoutes } from './inbox.tsx';
import { publicRoutes } from './public.tsx';

/** The inbox, and what customers see. */
export function pageRoutes(app: Hono<AppEnv>): void {
  inboxRoutes(app);
  publicRoutes(app, {
    opened: (c, paylinkId) => openPaylink(c.env, c.get('config'), paylinkId),
    unsubscribe: (c, token) => unsubscribe(c.env, c.get('config'), token, c.get('now')),
  });
}
