import type { Bindings, Config } from '../env.ts';

/** Placeholder (being written). */
export const unsubscribe = async (
  _env: Bindings,
  _config: Config,
  _token: string,
  _now: number,
): Promise<'done' | 'unknown'> => 'unknown';
