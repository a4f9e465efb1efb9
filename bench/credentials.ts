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
/** Merchants enough to keep a whole pool busy; made for the benchmark only. */
export const manyMerchants = Array.from({ length: 64 }, (_, n) => ({
  id: `33333333-4444-4555-8666-${String(n).padStart(12, '0')}`,
  bearer: `Bearer plk_test_many_${String(n).padStart(32, '0')}`,
}));
export const unknown = 'Bearer plk_test_nobody_00000000000000000000000000000000';
