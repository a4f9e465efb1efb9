import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import { findMerchant, insertMerchant } from '../../src/store/merchants.ts';
import { aMerchant } from '../support/merchants.ts';
import { contextOf, seedPaylink } from '../support/verbs.ts';

beforeEach(() => reset());

it('a checkout template with a line break is mended by the migration, and others stay as they are', async () => {
  const others = env.TEST_MIGRATIONS.filter(({ name }) => !name.includes('checkout_urls'));
  await applyD1Migrations(env.DB, others);
  const [bad, good, none] = [' https://pay.example/\n{code}\r\n\t', 'https://pay.example/{code}', null].map(
    (checkoutUrlTemplate) => aMerchant({ checkoutUrlTemplate }),
  );
  if (!bad || !good || !none) throw new Error('three merchants');
  for (const merchant of [bad, good, none]) await insertMerchant(env.DB, merchant);
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  expect(await findMerchant(env.DB, bad.id)).toEqual({
    ...bad,
    checkoutUrlTemplate: 'https://pay.example/{code}',
    updatedAt: bad.updatedAt + 1,
  });
  expect(await findMerchant(env.DB, good.id)).toEqual(good);
  expect(await findMerchant(env.DB, none.id)).toEqual(none);
});

it('a Paylink of a merchant whose template was never mended has a checkout that a header can hold', async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  const merchant = aMerchant({ checkoutUrlTemplate: 'https://pay.example/é\n/{code}' });
  await insertMerchant(env.DB, merchant);
  const { checkoutUrl, code } = await seedPaylink(merchant, {}, contextOf(merchant));
  expect(checkoutUrl).toBe(`https://pay.example/%C3%A9/${code}`);
});
