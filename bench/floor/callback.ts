import type { Coordinator } from './env.ts';

/** What a callback cannot do without: the coordinator that the attempt's id names writes down what became of it. */
export async function receiveCallback(
  body: string,
  coordinatorOf: (id: string) => DurableObjectStub<Coordinator>,
): Promise<void> {
  const [{ campaign_id }] = JSON.parse(body);
  await coordinatorOf(campaign_id).deliveryEvent(campaign_id);
}
