import { demoMerchants } from './demo.ts';

const [merchant] = demoMerchants;

export const demoMerchantId = merchant?.id ?? '';

/** The API key of the demo merchant. */
export const demoKey = merchant?.credentials.find(({ scheme }) => scheme === 'bearer')?.secret ?? '';

/** A command for a shell that creates a Paylink and emails it: the id is the first text in the answer. */
export function sendCommand(url: string): string {
  const body = {
    merchantId: demoMerchantId,
    customer: { email: 'ada@example.com', firstName: 'Ada' },
    lineItems: [{ description: 'Two-person tent', price: 18_900, quantity: 1, tax: 1_512 }],
    shipping: 900,
    customerConsent: true,
  };
  const key = `-H 'Authorization: Bearer ${demoKey}'`;
  return `curl -s ${url}/ ${key} -H 'Content-Type: application/json' -d '${JSON.stringify(body)}' | cut -d '"' -f 4 | xargs -I ID curl -s -X POST ${url}/ID/notify_by/email ${key}`;
}
