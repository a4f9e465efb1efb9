/**
 * The sliding window of `@upstash/ratelimit`, over the same two counters (so a database in use goes on being counted), for any cost.
 * The library's script asks only whether anything is left and then adds the whole cost: above one it overshoots, and a refused request
 * has still used its units. A negative cost gives back. KEYS: this bucket, the one before. ARGV: limit, now (ms), window (ms), cost.
 * Answers {1 or 0, what remains}. Its first line lets Upstash lock these keys alone, not the database.
 */
export const SLIDING_WINDOW_SCRIPT = `#!lua flags=allow-key-locking
local current = tonumber(redis.call("GET", KEYS[1]) or "0")
local previous = tonumber(redis.call("GET", KEYS[2]) or "0")
local limit, now, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local used = current + math.floor((1 - (now % window) / window) * previous)
if cost > 0 and used + cost > limit then
  return {0, math.max(0, limit - used)}
end
redis.call("INCRBY", KEYS[1], cost)
if current == 0 then
  redis.call("PEXPIRE", KEYS[1], window * 2 + 1000)
end
return {1, math.max(0, limit - used - cost)}
`;
