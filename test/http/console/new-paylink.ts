import * as z from 'zod';
import type { Api } from '../../support/api.ts';
import { createBody } from '../../support/verbs.ts';

const Created = z.object({ paylinkId: z.string(), shortLink: z.string() });
const Seen = z.object({
  status: z.string(),
  memo: z.string().nullable(),
  total: z.number(),
  expiration: z.string(),
  metadata: z.unknown(),
  customer: z.object({ email: z.string().nullable(), paylinkCustomerId: z.string().nullable() }),
  lineItems: z.array(z.object({ sku: z.string().nullable(), price: z.number(), quantity: z.number() })),
  deliveryLogs: z.array(z.object({ deliveryLogId: z.string(), status: z.string(), recipient: z.string().nullable() })),
});

/** Creates a Paylink of that merchant. @returns its id */
export async function create(of: Api, more: object = {}): Promise<string> {
  const answer = await of.call('POST', '/', { ...createBody(of.merchant.id), ...more });
  return Created.parse(await answer.json()).paylinkId;
}
/** What the API says of it. */
export const read = async (api: Api, id: string) => Seen.parse(await (await api.call('GET', `/${id}`)).json());
/** Its page in the console. */
export const at = (id: string, rest = '') => `/console/paylinks/${id}${rest}`;
