import { demoMerchants } from '../src/local/demo.ts';

const [demo, other] = demoMerchants;

function secretOf(merchant: typeof demo, scheme: string): string {
  const secret = merchant?.credentials.find((credential) => credential.scheme === scheme)?.secret;
  if (!merchant || secret === undefined) throw new Error(`no demo credential of scheme ${scheme}`);
  return secret;
}

export const merchantId = demo?.id ?? '';
export const hmacSecret = secretOf(demo, 'hmac');
export const bearer = `Bearer ${secretOf(demo, 'bearer')}`;
/** A merchant whose quota is one request a day. */
export const blockedMerchantId = other?.id ?? '';
export const blocked = `Bearer ${secretOf(other, 'bearer')}`;
export const unknown = 'Bearer plk_test_nobody_00000000000000000000000000000000';
