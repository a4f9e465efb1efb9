import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { bundleWorker } from '../bundle.ts';
import { tableOf } from '../wrangler-toml.ts';

const root = join(import.meta.dirname, '../../..');

/** Nothing but the database is wanted of it. */
const idle = 'export default {}; export class PaylinkCoordinator {} export class MerchantGate {}';

export type Seeding = {
  /** Where `wrangler dev` keeps its data. */
  persistTo: string;
  /** What the gateway will be given. */
  variables: ReadonlyMap<string, string>;
};

/** The gateway's data, while `wrangler dev` does not run. */
export type OpenData = {
  database: Awaited<ReturnType<Miniflare['getD1Database']>>;
  /** Plays a moment of the demo merchant's life. @returns false: it is over @throws Error saying what went wrong */
  play: (moment: number) => Promise<boolean>;
  close: () => Promise<void>;
};

/** The variables of the story: its ids follow from some of them, and every message goes to the inbox whatever the gateway is given. */
function variablesOf(given: ReadonlyMap<string, string>): Record<string, string> {
  const taken = ['PUBLIC_BASE_URL', 'SECRETS_KEY', 'SECRETS_KEY_PREVIOUS', 'RECIPIENT_HASH_KEY'];
  const same = taken.flatMap((name) => (given.has(name) ? [[name, given.get(name) ?? ''] as const] : []));
  return {
    ...Object.fromEntries(same),
    ENVIRONMENT: 'local',
    EMAIL_PROVIDERS: 'inbox',
    SMS_PROVIDERS: 'inbox',
    EMAIL_FROM: 'pay@example.com',
    EMAIL_FROM_NAME: 'Paylinks',
    SMS_FROM: '+12025550143',
    COORDINATORS: '64',
    // Long enough for the story's clock to move on before the report.
    SANDBOX_REPORT_MS: '30',
  };
}

/**
 * Opens the data in the runtime that `wrangler dev` uses, under the names that it gives.
 * @param withLife false: the seeding Worker is not even built
 */
export async function openData({ persistTo, variables }: Seeding, withLife: boolean): Promise<OpenData> {
  const toml = join(root, 'wrangler.toml');
  const settings = tableOf(toml, '');
  const name = settings.get('name') ?? '';
  const contents = withLife ? await bundleWorker('src/local/life/worker.ts') : idle;
  const options = convertV4MiniflareOptions({
    name,
    modules: [{ type: 'ESModule', path: 'seeding.js', contents }],
    compatibilityDate: settings.get('compatibility_date') ?? '',
    compatibilityFlags: ['nodejs_compat', 'global_fetch_strictly_public'],
    bindings: variablesOf(variables),
    d1Databases: { DB: tableOf(toml, '[[d1_databases]]').get('database_id') ?? '' },
    durableObjects: {
      COORDINATOR: { className: 'PaylinkCoordinator', useSQLite: true },
      GATE: { className: 'MerchantGate', useSQLite: true },
    },
    queueProducers: { EVENTS: 'paylink-events' },
    cf: false,
  });
  const miniflare = new Miniflare({
    ...options,
    resourcePersistencePath: join(persistTo, 'v3'),
    // What the story is refused is part of it.
    handleStructuredLogs: () => {},
  });
  return {
    database: await miniflare.getD1Database('DB', name),
    play: async (moment) => {
      const answer = await miniflare.dispatchFetch(`http://localhost/${moment}`);
      if (answer.status === 500) throw new Error(await answer.text());
      return answer.status === 204;
    },
    close: () => miniflare.dispose(),
  };
}
