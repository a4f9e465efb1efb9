import { runSweeps } from '../../cron.ts';
import { MINUTE_MS } from '../../lib/durations.ts';
import { coordinatorOf } from '../../paylink-id.ts';
import { demoMerchantId } from '../demo-command.ts';
import { deliverWaiting } from './deliveries.ts';
import { setClock, withFixedIds } from './moved-world.ts';
import { type DemoPaylink, demoPaylinks, type Happening, shop } from './paylinks.ts';
import { ask, type World } from './requests.ts';

/**
 * Plays one moment of the demo merchant's weeks through the gateway's own routes, at its time: 0 is the beginning, then comes what
 * happened to the Paylinks, one thing after the other, and a last look after all. Every request has an idempotency key or may be repeated,
 * so a moment that was cut off can be played again.
 * @returns false: the story is over @throws Error when the gateway answers otherwise than the story has it
 */
export async function playMoment(world: World, number: number): Promise<boolean> {
  const moment = moments[number - 1];
  if (number > moments.length + 1) return false;
  setClock(Date.parse(number === 0 ? shop.opensAt : (moment?.at ?? shop.closesAt)));
  if (number === 0) await registerShop(world);
  // What fell due meanwhile: expirations, and webhooks to be tried again.
  await lookAfter(world);
  if (moment?.happening) await happen(world, moment.paylink, moment.happening);
  else if (moment) await create(world, moment.paylink);
  return true;
}

type Moment = { at: string; paylink: DemoPaylink; happening: Happening | null };

/** In the order of time. */
const moments: readonly Moment[] = demoPaylinks
  .flatMap((paylink): Moment[] => [
    { at: paylink.createdAt, paylink, happening: null },
    ...paylink.happenings.map((happening) => ({ at: happening.at, paylink, happening })),
  ])
  .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

/** The minute's sweeps, and the webhooks that wait. */
async function lookAfter({ env }: World): Promise<void> {
  await runSweeps(env, Date.now());
  await deliverWaiting(env);
}

async function registerShop(world: World): Promise<void> {
  const { url, description } = shop;
  const listed = await ask(world, 'GET', '/webhook-endpoints');
  if (listed.includes(url)) return;
  await ask(world, 'POST', '/webhook-endpoints', { body: { url, description }, expect: 201 });
}

async function create(world: World, { id, invoice, fields }: DemoPaylink): Promise<void> {
  const body = { merchantId: demoMerchantId, merchantInvoiceId: invoice, customerConsent: true, ...fields };
  const asked = { body, key: `${invoice}-create`, expect: 201 };
  const number = Number.parseInt(id.slice(-12), 10);
  const answered = await withFixedIds(number, () => ask(world, 'POST', '/', asked));
  if (!answered.includes(`"paylinkId":"${id}"`))
    throw new Error(`${invoice} should be ${id}: ${answered.slice(0, 60)}`);
}

async function happen(world: World, { id, invoice, fields }: DemoPaylink, happening: Happening): Promise<void> {
  const key = `${invoice}-${happening.kind}-${happening.at}`;
  switch (happening.kind) {
    case 'send': {
      const { sendEmail = false, sendSms = false, answers = 200 } = happening;
      await ask(world, 'PATCH', `/${id}/send`, { body: { sendEmail, sendSms }, key, expect: answers });
      if (answers === 202) await hearOfUnknown(world, id);
      return;
    }
    case 'open':
      await ask(world, 'POST', `/sandbox/${id}/open`);
      return;
    case 'payment':
    case 'failed':
    case 'refund': {
      const { kind: type, orderId, amount } = happening;
      const body = { paylinkId: id, orderId, type, amount, currencyCode: fields.currencyCode ?? 'USD' };
      await ask(world, 'POST', '/webhooks/payments', { body });
      return;
    }
    case 'cancel':
      await ask(world, 'PATCH', `/${id}/cancel`, { key, expect: 204 });
      return;
    case 'correct':
      await ask(world, 'PATCH', `/${id}`, { body: { customer: happening.customer }, key });
  }
}

/** The merchant hears of an outcome that nobody learned two minutes after it began. */
async function hearOfUnknown(world: World, id: string): Promise<void> {
  const { COORDINATOR } = world.env;
  setClock(Date.now() + 3 * MINUTE_MS);
  await COORDINATOR.get(COORDINATOR.idFromName(`paylinks-${coordinatorOf(id)}`)).ring();
  await lookAfter(world);
}
