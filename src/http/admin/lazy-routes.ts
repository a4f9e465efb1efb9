import type { Handle } from '../app-env.ts';
import type { Routes } from '../routing.ts';
import { type AdminPath, adminPaths } from './paths.ts';

/** Loaded when an operator comes first: most isolates never see one. */
const loaded =
  (path: AdminPath): Handle =>
  async (c) =>
    (await import('./routes.ts')).adminRoute(path)(c);

/** The operator's routes. */
export const adminRoutes: Routes = Object.fromEntries(adminPaths.map((path) => [path, loaded(path)]));
