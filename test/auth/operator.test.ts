import { describe, expect, it } from 'vitest';
import { isOperator } from '../../src/auth/api-key.ts';

const ADMIN_TOKEN = 'test-admin-token-0123456789abcdef';

describe('the operator', () => {
  it('has the token, with Bearer in any case', async () => {
    expect(await isOperator({ ADMIN_TOKEN }, `Bearer ${ADMIN_TOKEN}`)).toBe(true);
    expect(await isOperator({ ADMIN_TOKEN }, `bearer ${ADMIN_TOKEN}`)).toBe(true);
  });

  it.each([
    null,
    '',
    'Bearer',
    'Bearer ',
    ADMIN_TOKEN,
    `Basic ${ADMIN_TOKEN}`,
    `Bearer ${ADMIN_TOKEN}x`,
    `Bearer ${ADMIN_TOKEN.slice(1)}`,
  ])('is not authenticated by %s', async (authorization) => {
    expect(await isOperator({ ADMIN_TOKEN }, authorization)).toBe(false);
  });

  it('may use the previous token while tokens are changed, and no longer', async () => {
    const changing = { ADMIN_TOKEN: 'another-admin-token-0123456789', ADMIN_TOKEN_PREVIOUS: ADMIN_TOKEN };
    expect(await isOperator(changing, `Bearer ${ADMIN_TOKEN}`)).toBe(true);
    expect(await isOperator(changing, `Bearer ${changing.ADMIN_TOKEN}`)).toBe(true);
    expect(await isOperator(changing, `Bearer ${ADMIN_TOKEN}x`)).toBe(false);
    expect(await isOperator({ ADMIN_TOKEN: changing.ADMIN_TOKEN }, `Bearer ${ADMIN_TOKEN}`)).toBe(false);
  });

  it('is nobody when no token is configured', async () => {
    expect(await isOperator({ ADMIN_TOKEN: undefined }, 'Bearer undefined')).toBe(false);
    expect(await isOperator({ ADMIN_TOKEN: undefined }, `Bearer ${ADMIN_TOKEN}`)).toBe(false);
  });
});
