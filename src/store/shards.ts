import type { Bindings } from '../env.ts';

/**
 * Which D1 a merchant's data is in. One database serves all by default; a second is added by binding it, giving merchants a `shard`
 * and a range of coordinator numbers, and naming both here. Nothing outside store/ knows that shards exist.
 */
export const databaseOfPaylink = (env: Bindings, _paylinkId: string): D1Database => env.DB;

/** The database of the shard that a short code begins with. */
export const databaseOfCode = (env: Bindings, _code: string): D1Database => env.DB;

/** The database of a merchant's shard. */
export const databaseOfMerchant = (env: Bindings, _merchant: { shard: number }): D1Database => env.DB;
