import { manyMerchants } from './credentials.ts';
import type { LoadRequest } from './load.ts';
import { type Measurement, measure, runChecked } from './measure.ts';
import type { Options } from './options.ts';
import { type Beside, means, medians, ratio, spreadOf, type Verdict, verdict } from './report.ts';
import { type Merchant, sendRequest } from './requests.ts';
import { freshPaylinks } from './scenarios.ts';
import { type Setup, startGateway } from './start-workers.ts';
import type { Worker } from './workerd.ts';
import { Workers } from './workers.ts';

/** Sends of each run that do not count. */
const WARM_UP = 192;
const expected = { status: 200, untilIdle: false };

export type Pools = { rates: Beside[]; verdicts: Verdict[] };

/** Sends a second of the gateway alone: of 64 merchants over the whole pool and of one over its four, beside one over a pool of one. */
export async function measurePools(setup: Setup, { rounds, count }: Options): Promise<Pools> {
  const workers = new Workers();
  try {
    const large = await workers.add(startGateway(setup, 'pool'));
    const single = await workers.add(startGateway({ ...setup, pool: 1 }, 'single'));
    const one = manyMerchants.slice(0, 1);
    const prepared = async (worker: Worker, merchants: readonly Merchant[]) => {
      const requests = await workers.alone(worker, () => sendsOf(worker, merchants, WARM_UP + count * rounds));
      await workers.alone(worker, () => runChecked(worker, requests.splice(0, WARM_UP), expected));
      const into: Measurement[] = [];
      const next = () => workers.alone(worker, () => measure(worker, requests.splice(0, count), expected));
      return { into, run: async () => into.push(await next()) };
    };
    const first = await prepared(single, one);
    const many = await prepared(large, manyMerchants);
    const four = await prepared(large, one);
    const again = await prepared(single, one);
    const runs = [first, many, four, again];
    for (let round = 0; round < rounds; round++)
      for (let step = 0; step < runs.length; step++) await runs[(step + round) % runs.length]?.run();

    const base = means(first.into, again.into);
    const beside = (what: string, into: Measurement[]): Beside => ({
      what,
      ...medians(into),
      ratio: ratio(into, base, 'perSecond'),
      spread: spreadOf(first.into, again.into, 'perSecond'),
    });
    const rates = [
      beside('one merchant, a pool of 1', base),
      beside(`one merchant, its four of ${setup.pool}`, four.into),
      beside(`${manyMerchants.length} merchants, a pool of ${setup.pool}`, many.into),
    ];
    const verdicts = rates
      .slice(1)
      .map((rate) => verdict(`${rate.what}: sends a second, of a pool of 1`, rate.ratio, '≥', 0.9));
    return { rates, verdicts };
  } finally {
    await workers.stop();
  }
}

/** Sends of new Paylinks, the merchants in turn. */
async function sendsOf(worker: Worker, merchants: readonly Merchant[], count: number) {
  const each = Math.ceil(count / merchants.length);
  const sends: LoadRequest[][] = [];
  for (const merchant of merchants)
    sends.push((await freshPaylinks(worker, each, merchant)).map((id) => sendRequest(id, merchant)));
  return Array.from({ length: each }, (_, n) => sends.flatMap((all) => all.slice(n, n + 1))).flat();
}
