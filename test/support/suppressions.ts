import { env } from 'cloudflare:workers';
import { insertSuppressions, type Suppression } from '../../src/store/suppressions.ts';

/** Suppresses without an audit of it. */
export const seedSuppressions = (suppressions: readonly Suppression[]): Promise<string[]> =>
  insertSuppressions(env.DB, suppressions, () => env.DB.prepare('SELECT 1'));
