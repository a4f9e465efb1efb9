import { expect, it } from 'vitest';
import { openApiPath } from '../../../src/api/document.ts';
import { operations } from '../../../src/api/operations/index.ts';
import { paylinksClient } from '../../../src/client/index.ts';

type Function = (...args: unknown[]) => unknown;
const isFunction = (value: unknown): value is Function => typeof value === 'function';
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Every call of the client, with those of its groups. */
const callsOf = (group: object): Function[] =>
  Object.values(group).flatMap((value: unknown) =>
    isFunction(value) ? [value] : isObject(value) ? callsOf(value) : [],
  );

/** What a call asks for. `all` is a generator: it asks when it is walked. */
async function run(call: Function): Promise<void> {
  const asked = call('one', 'two', 'three');
  if (isObject(asked) && Symbol.asyncIterator in asked) return;
  await asked;
}

it('the client has a call for every route of a merchant’s but those of the inbox, and asks for no other', async () => {
  const asked = new Set<string>();
  const client = paylinksClient({
    baseUrl: 'https://gateway.test',
    auth: { apiKey: 'plk_test_x' },
    fetch: async (input, init) => {
      const { method, url } = new Request(input, { method: init?.method ?? 'GET' });
      asked.add(`${method} ${new URL(url).pathname}`);
      return Response.json({});
    },
  });
  for (const call of callsOf(client)) await run(call);

  const pathOf = (path: string) => path.replace(/\{\w+\}/, 'one').replace(/\{\w+\}/, 'two');
  const wanted = operations
    .filter(({ who, path, id }) => who === 'merchant' && !path.startsWith('/inbox') && id !== 'graphqlQuery')
    .map(({ method, path }) => `${method} ${pathOf(openApiPath(path))}`);
  expect([...asked].sort()).toEqual([...new Set(wanted)].sort());
});
