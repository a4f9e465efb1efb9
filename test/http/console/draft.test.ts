import { expect, it } from 'vitest';
import { bodyOf, draftOf } from '../../../src/http/console/paylinks/draft.ts';
import { aPaylink } from '../../support/a-paylink.ts';

it('an expiration that nobody touched is not sent, also in the hour that comes twice', () => {
  // 01:30 on the day when the clocks of New York go back from 02:00 to 01:00: first at 05:30 UTC, again at 06:30 UTC.
  for (const iso of ['2026-11-01T05:30:12Z', '2026-11-01T06:30:12Z', '2026-07-01T12:00:00Z']) {
    const paylink = aPaylink({ expiration: Date.parse(iso) });
    const { body, errors } = bodyOf(draftOf(paylink, 'America/New_York'), 'America/New_York', paylink);
    expect([errors, Object.hasOwn(body, 'expiration')], iso).toEqual([[], false]);
  }
});

it('an expiration that was changed is sent as the instant of the merchant’s clock', () => {
  const paylink = aPaylink({ expiration: Date.parse('2026-11-01T06:30:00Z') });
  const draft = draftOf(paylink, 'America/New_York');
  const changed = { ...draft, fields: { ...draft.fields, expiration: '2026-11-02T01:30' } };
  expect(bodyOf(changed, 'America/New_York', paylink).body).toMatchObject({ expiration: '2026-11-02T06:30:00.000Z' });
});
