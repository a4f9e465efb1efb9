import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import app from '../../src/app.ts';
import { ask } from '../support/faults.ts';
import { publicKeys, reporting } from '../support/providers/signed-callbacks.ts';
import { faultsOfRows } from './invariants.ts';
import { type Plan, plainly, planOf } from './plans.ts';
import { World } from './world.ts';

const options = z
  .object({ FUZZ_REQUESTS: z.coerce.number().int(), FUZZ_SEED: z.coerce.number().int() })
  .parse({ FUZZ_REQUESTS: env.FUZZ_REQUESTS, FUZZ_SEED: env.FUZZ_SEED });
/** Requests under way at a time, and how many are made up at once. */
const AT_A_TIME = 8;
const BATCH = 500;
const MAX_SHOWN = 20;

/** Lines of the log that tell of a bug, whatever was answered. */
const bugs =
  /"event":"(internal|unavailable|graphql_error|provider_threw|report_without_attempt|operation_without_paylink|alarm_failed|projection_failed|create_failed|journal_without_paylink|misconfigured|sweep_failed)"/;

/** A problem, or GraphQL's errors; anything else has neither. */
const Extensions = z.object({ code: z.string().optional(), reason: z.string().optional() });
const Answer = z
  .object({
    code: z.string().optional(),
    errors: z.array(z.object({ extensions: Extensions.default({}) })).default([]),
  })
  .catch({ errors: [] });

type Figures = {
  requests: number;
  impossible: number;
  refusedForCertain: number;
  shed: number;
  late: number;
  statuses: Map<number, number>;
};

const real = { info: console.info, warn: console.warn, error: console.error, fetch: globalThis.fetch };
const told: string[] = [];
beforeAll(() => {
  const hear = (line: unknown) => {
    if (bugs.test(String(line))) told.push(String(line));
  };
  Object.assign(console, { info: hear, warn: hear, error: hear });
  // Nothing leaves: merchants' endpoints are not there, and MailChannels has its keys.
  globalThis.fetch = publicKeys().answer;
});
afterAll(() => {
  Object.assign(console, { info: real.info, warn: real.warn, error: real.error });
  globalThis.fetch = real.fetch;
});

/** A client's address, another one for each few requests: the flood guard would refuse one alone. */
const ipOf = (index: number) =>
  index < 0 ? `11.0.${-index & 255}.1` : `10.${(index >> 13) & 255}.${(index >> 5) & 255}.1`;

/** What is wrong with an answer; null: nothing. */
function faultOf(response: Response, text: string, figures: Figures): string | null {
  const type = response.headers.get('content-type') ?? '';
  let body: unknown;
  try {
    body = /json/.test(type) && text !== '' ? JSON.parse(text) : null;
  } catch {
    return 'it says that it is JSON';
  }
  const { code, errors } = Answer.parse(body ?? {});
  const reason = code ?? errors.map(({ extensions }) => extensions.reason)[0];
  if (errors.some(({ extensions }) => extensions.code === 'INTERNAL')) return 'GraphQL says INTERNAL';
  if (response.status < 500) return null;
  if (reason === 'send_failed') figures.refusedForCertain += 1;
  else if (reason === 'overloaded') figures.shed += 1;
  // A machine too slow for the gateway's own time-outs. A fault of D1 or of an object has its line in the log.
  else if (reason === 'unavailable' || (response.status === 503 && /html/.test(type))) figures.late += 1;
  else return `${response.status} ${text.slice(0, 300)}`;
  return null;
}

async function describe(request: Request): Promise<string> {
  const body = await request.clone().text();
  const headers = [...request.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return `${request.method} ${request.url}\n${headers}\n\n${body.slice(0, 3_000)}`;
}

it(
  `${options.FUZZ_REQUESTS} requests, right ones mutated and anything at all: none is a 5xx, and no row is half-written`,
  async () => {
    const paths = [...new Set(app.routes.map(({ path }) => path))];
    const world = await World.make();
    const plan = planOf(paths);
    const figures: Figures = {
      requests: 0,
      impossible: 0,
      refusedForCertain: 0,
      shed: 0,
      late: 0,
      statuses: new Map(),
    };
    const faults: string[] = [];
    const asked = new Set<string>();
    const began = Date.now();

    /** Printed at once, as a long run may be cut off. */
    const found = async (index: number, why: string, request: Request) => {
      faults.push(why);
      real.error(`--- request ${index} of seed ${options.FUZZ_SEED}: ${why}\n${await describe(request)}\n`);
    };
    const run = async (one: Plan, index: number) => {
      const request = await world.request(one, `fuzz-${index}`, ipOf(index));
      if (!request) {
        figures.impossible += 1;
        return;
      }
      const copy = request.clone();
      const before = told.length;
      try {
        const response = await ask(request, reporting);
        const text = await response.text();
        figures.requests += 1;
        figures.statuses.set(response.status, (figures.statuses.get(response.status) ?? 0) + 1);
        asked.add(one.callback === null ? one.path : new URL(copy.url).pathname);
        const why = faultOf(response, text, figures);
        const bug = told.slice(before).find((line) => line.includes(`"fuzz-${index}"`));
        if (why !== null || bug) await found(index, `${why ?? ''}\n${bug ?? ''}`, copy);
        if (/json/.test(response.headers.get('content-type') ?? '') && text !== '') world.learn(JSON.parse(text));
      } catch (error) {
        await found(index, error instanceof Error ? `${error.stack}` : String(error), copy);
      }
    };

    // Each route once, however few requests there are.
    for (const [n, path] of paths.entries()) await run(plainly(path, n), -1 - n);
    for (let from = 0; from < options.FUZZ_REQUESTS && faults.length < MAX_SHOWN; from += BATCH) {
      const numRuns = Math.min(BATCH, options.FUZZ_REQUESTS - from);
      const plans = fc.sample(plan, { numRuns, seed: options.FUZZ_SEED + from });
      let next = 0;
      const lane = async () => {
        for (let at = next++; at < plans.length; at = next++) {
          const one = plans[at];
          if (one) await run(one, from + at);
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, lane));
      await world.restore();
      if (from % 10_000 === 0 && options.FUZZ_REQUESTS > 2_000)
        real.info(
          `${from + numRuns} requests, ${((Date.now() - began) / 1_000).toFixed(0)} s, ${faults.length} faults`,
        );
    }

    const rows = await faultsOfRows(world.firstPaylink);
    const statuses = Object.fromEntries([...figures.statuses].sort(([a], [b]) => a - b));
    real.info(
      `seed ${options.FUZZ_SEED}: ${JSON.stringify({ ...figures, statuses, seconds: (Date.now() - began) / 1_000 })}`,
    );
    expect({ faults, told, rows }).toEqual({ faults: [], told: [], rows: [] });
    expect(paths.filter((path) => !asked.has(path))).toEqual([]);
  },
  1_000 * 60 * 60,
);
