import { openPaylink } from '../../paylinks/open.ts';
import { unsubscribe } from '../../paylinks/unsubscribe.ts';
import type { Routes } from '../routes.ts';
import { inboxRoutes } from './inbox.tsx';
import { publicRoutes } from './public.tsx';

/** The inbox, and what customers see. */
export const pageRoutes: Routes = {
  ...inboxRoutes,
  ...publicRoutes({
    opened: (c, paylinkId) => openPaylink(c.env, c.get('config'), paylinkId),
    unsubscribe: (c, token) => unsubscribe(c.env, c.get('config'), token, c.get('now')),
  }),
};
