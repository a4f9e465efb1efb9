/**
 * The sliding window of @upstash/ratelimit for a cost above one, over the same two counters. The library's own script asks only
 * whether anything is left and then adds the whole `rate`: it overshoots, and a refused request has still used its units.
 * KEYS: this bucket, the one before. ARGV: limit, now (ms), window (ms), cost. Answers {1 or 0, what remains}.
 */
export const WHOLE_COST_SCRIPT = `
local current = tonumber(redis.call("GET", KEYS[1]) or "0")
local previous = tonumber(redis.call("GET", KEYS[2]) or "0")
local limit, now, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local used = current + math.floor((1 - (now % window) / window) * previous)
if used + cost > limit then
  return {0, math.max(0, limit - used)}
end
redis.call("INCRBY", KEYS[1], cost)
if current == 0 then
  redis.call("PEXPIRE", KEYS[1], window * 2 + 1000)
end
return {1, limit - used - cost}
`;
