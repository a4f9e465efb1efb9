/**
 * A Paylink's id is a UUIDv7 (RFC 9562 §5.7) whose 12 `rand_a` bits are the number of its coordinator: the id says where its one
 * writer is, so the pool can grow at any time without moving anything. The other 62 bits are random.
 */
const paylinkId = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Any id of ours is accepted in either case and kept in lower case; anything else is null. */
export function parsePaylinkId(text: string): string | null {
  const id = text.toLowerCase();
  return paylinkId.test(id) ? id : null;
}

/**
 * An id of this form for a Paylink, or for an attempt of it: a callback that carries it tells the coordinator too.
 * @param now ms @param coordinator 0–4095
 */
export function newIdAt(now: number, coordinator: number): string {
  const time = now.toString(16).padStart(12, '0');
  const number = coordinator.toString(16).padStart(3, '0');
  // The last two groups of a UUIDv4 are those of a UUIDv7: the variant and 62 random bits.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${number}-${crypto.randomUUID().slice(19)}`;
}

/** What every id made at `ms` or later is not less than, and every id made before is less than. */
export function idsFrom(ms: number): string {
  const time = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

const MAX_RANDOM = 0xbfff_ffff_ffff_ffffn;

/** A new id that sorts after `last` where both are of one millisecond: ids are the order of attempts. Parameters as of `newIdAt`. */
export function newIdAfter(last: string | undefined, now: number, coordinator: number): string {
  const id = newIdAt(now, coordinator);
  if (!last?.startsWith(id.slice(0, 19)) || id > last) return id;
  const [step = 0] = crypto.getRandomValues(new Uint32Array(1));
  const next = BigInt(`0x${last.slice(19).replace('-', '')}`) + 1n + BigInt(step);
  if (next > MAX_RANDOM) return newIdAt(now + 1, coordinator);
  const digits = next.toString(16);
  return `${id.slice(0, 19)}${digits.slice(0, 4)}-${digits.slice(4)}`;
}

/** The number (0–4095) of the coordinator that writes this Paylink. */
export const coordinatorOf = (id: string): number => Number.parseInt(id.slice(15, 18), 16);

/** Coordinators of one merchant. */
const PER_MERCHANT = 4;

/** A 32-bit hash of a text (FNV-1a). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** Spreads a 32-bit number over all its bits (MurmurHash3's finaliser). */
function mix(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
}

/** A merchant's four of a pool of `size`, by rendezvous hashing: a pool that grows moves few. */
export function coordinatorsOf(merchantId: string, size: number): number[] {
  const seed = hashOf(merchantId);
  const scored = Array.from({ length: size }, (_, number) => ({ number, score: mix(seed ^ mix(number + 1)) }));
  scored.sort((a, b) => b.score - a.score || a.number - b.number);
  return scored.slice(0, PER_MERCHANT).map(({ number }) => number);
}

/**
 * The number of the coordinator of a new Paylink of this merchant: one of its four, at random, or for a create with an idempotency key
 * the one that the key says, so that two with one key meet.
 */
export function chooseCoordinator(merchantId: string, size: number, key: string | null): number {
  const numbers = coordinatorsOf(merchantId, size);
  const at = key === null ? (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) : mix(hashOf(key));
  return numbers[at % numbers.length] ?? 0;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A short link's code: the shard's character, then 12 of base 62 (71 random bits). */
export function newCode(shard: number): string {
  let code = alphabet[shard] ?? '0';
  while (code.length < 13) {
    // 248 = 4 · 62: higher bytes would favour the alphabet's first letters.
    for (const byte of crypto.getRandomValues(new Uint8Array(16))) {
      if (byte < 248 && code.length < 13) code += alphabet[byte % 62];
    }
  }
  return code;
}
