import * as z from 'zod/mini';

const count = (fallback: number) => z._default(z.coerce.number().check(z.int(), z.gte(0)), fallback);
const choice = <T extends string>(first: T, second: T) => z._default(z.enum([first, second]), first);

/** The variables that tell the harness which manners to have. The defaults are the platform's own limits. */
const Variables = z.object({
  /** Connections of a context that may wait for headers; 0: as many as it likes. */
  PLATFORM_CONNECTIONS: count(6),
  /** Whether D1 and calls of objects take connections too. */
  PLATFORM_COUNTS: choice('fetches', 'all'),
  /** What a call of an object waits before it leaves, ms. */
  PLATFORM_RPC_MS: count(0),
  /** What a query waits before it leaves, ms. */
  PLATFORM_D1_MS: count(0),
  /** An invocation ends this long after it began, ms. */
  PLATFORM_LIFE_MS: count(29_000),
  /** `ignored` is a control: a gateway that registers nothing. */
  PLATFORM_WAIT_UNTIL: choice('kept', 'ignored'),
  /** `object` is a control: every send is done by the RPC `send`, inside its coordinator. */
  PLATFORM_SEND: choice('worker', 'object'),
  /** One of so many calls of a coordinator resets it; 0: none. */
  PLATFORM_RESET_EVERY: count(0),
  PLATFORM_SEED: count(1),
});

export type PlatformOptions = z.infer<typeof Variables>;

const parsed = new WeakMap<object, PlatformOptions>();

/** The options among a worker's variables. @throws ZodError */
export function optionsOf(env: object): PlatformOptions {
  const known = parsed.get(env) ?? Variables.parse(env);
  parsed.set(env, known);
  return known;
}

/** What the log says of each reset: those before a kill are remembered only there. */
export const resetLine = 'platform: an object is reset';

/** Options as a worker's variables. */
export const platformVariables = (options: Partial<PlatformOptions>): Record<string, string> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]));
