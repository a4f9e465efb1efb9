import { serverAudits } from 'graphql-http';
import { describe, expect, it } from 'vitest';
import { fakeRun, fetchFrom } from './fake-run.ts';

const audits = serverAudits({ url: 'http://gateway.test/graphql', fetchFn: fetchFrom(fakeRun().run) });

describe('the GraphQL over HTTP audits', () => {
  it('are complete', () => {
    expect(audits).toHaveLength(61);
  });

  // Every MAY passes as well as every MUST and SHOULD, so there is no list of exceptions.
  for (const audit of audits) {
    it(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
    });
  }
});
