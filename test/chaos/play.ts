import { setTimeout as pause } from 'node:timers/promises';
import { providerNames } from '../support/providers/fake-behaviour.ts';
import { behave } from '../support/providers/fake-client.ts';
import { type Client, PaylinkBody } from './client.ts';
import type { Scenario } from './plan.ts';
import { acceptedIn, type Story } from './story.ts';

/** Tells the fakes how to treat this customer. */
async function misbehave(fakes: string, { behaviours, email, phone }: Scenario): Promise<void> {
  const to = { mailchannels: email, resend: email, twilio: `+1${phone}`, telnyx: `+1${phone}` };
  await Promise.all(
    providerNames.map((provider) => behave(fakes, { provider, to: to[provider], behaviours: behaviours[provider] })),
  );
}

/** Plays one scenario to its end, whatever becomes of the runtime meanwhile. */
export async function play(client: Client, fakes: string, scenario: Scenario): Promise<Story> {
  await misbehave(fakes, scenario);
  const { paylinkId } = await client.create(scenario);
  const story: Story = { scenario, paylinkId, sends: [], canceledAt: null, paid: [], memo: null, complaints: [] };
  const sends = scenario.intents.map(async (intent) => {
    const ends = await Promise.all(Array.from({ length: intent.callers }, () => client.send(paylinkId, intent)));
    story.sends.push({ intent, ends });
  });
  await Promise.all([...sends, writeMemos(client, story), pay(client, story), cancel(client, story)]);
  return story;
}

async function writeMemos(client: Client, story: Story): Promise<void> {
  for (const memo of story.scenario.memos) {
    const answer = await client.askUntilAnswered('PATCH', `/${story.paylinkId}`, { memo });
    // Canceled or FAILED meanwhile: no update.
    if (answer.status !== 200) return;
    story.memo = memo;
    const body = PaylinkBody.parse(JSON.parse(answer.text));
    if (body.memo !== memo) story.complaints.push(`the update to "${memo}" answered "${body.memo}"`);
  }
}

async function pay(client: Client, story: Story): Promise<void> {
  for (const { orderId, afterMs } of story.scenario.payments) {
    await pause(afterMs);
    const payment = { paylinkId: story.paylinkId, orderId, type: 'payment', amount: 100, currencyCode: 'USD' };
    const answer = await client.askUntilAnswered('POST', '/webhooks/payments', payment);
    if (answer.status === 200) story.paid.push(orderId);
    else story.complaints.push(`the payment ${orderId} answered ${answer.status} ${answer.text}`);
  }
}

async function cancel(client: Client, story: Story): Promise<void> {
  const { cancelAfterMs } = story.scenario;
  if (cancelAfterMs === null) return;
  await pause(cancelAfterMs);
  const answer = await client.askUntilAnswered('PATCH', `/${story.paylinkId}/cancel`);
  // A cancel whose answer was lost is told on repeat that it is canceled already.
  story.canceledAt = Date.now();
  if (answer.status !== 204 && !answer.text.includes('already_canceled')) {
    story.complaints.push(`the cancel answered ${answer.status} ${answer.text}`);
  }
}

/**
 * After the storm: each send once more under its key (a replay, or how things stand now), and where the Paylink takes updates one more,
 * whose answer, the coordinator's own view, has to be what D1 gives.
 */
export async function visit(client: Client, story: Story): Promise<void> {
  const { paylinkId } = story;
  for (const { intent, ends } of story.sends) {
    if (!ends.some(({ kind }) => kind === 'sent' || kind === 'pending')) continue;
    const again = await client.sendByRest(paylinkId, intent);
    const fine = (again?.kind === 'sent' || again?.kind === 'pending') && again.replayed;
    if (!fine) story.complaints.push(`${paylinkId} ${intent.key}: asked again, it was ${again?.kind}, not a replay`);
    if (fine && again.kind === 'pending' && ends.some(({ kind }) => kind === 'sent')) {
      story.complaints.push(`${paylinkId} ${intent.key}: was sent, and is pending again`);
    }
    if (fine) ends.push(again);
  }
  const look = async () => ({
    answer: await client.askUntilAnswered('PATCH', `/${paylinkId}`, { description: 'visited' }),
    view: await client.askUntilAnswered('GET', `/${paylinkId}`),
  });
  const first = await look();
  // An alarm may have told of an UNKNOWN between the two: it does so once.
  const { answer, view } = first.answer.text === first.view.text ? first : await look();
  if (answer.status !== 200) return;
  if (answer.text !== view.text)
    story.complaints.push(`${paylinkId}: the coordinator says ${answer.text}, D1 ${view.text}`);
  const wrong = acceptedIn(PaylinkBody.parse(JSON.parse(view.text))).filter(({ messageId }) => messageId === null);
  if (wrong.length > 0) story.complaints.push(`${paylinkId}: accepted without a message id`);
}
