import { expect, it } from 'vitest';
import { timelineOf } from '../../../src/http/console/paylinks/moments.ts';
import { aPaylink } from '../../support/a-paylink.ts';

it.each([
  [{ credentialId: 'c', label: 'Shop server' }, 'API Key “Shop server”'],
  [{ credentialId: 'c', label: null }, 'API Key'],
  [null, 'API Key'],
])('the timeline names the key that did something by its label, where it has one: %j', (actor, who) => {
  const event = { oldValue: null, newValue: null, createdBy: 'API Key', createdAt: 1, version: 2 };
  const paylink = aPaylink({ events: [{ id: 'e', type: 'CANCELED', actor, ...event }] });
  expect(timelineOf(paylink, 'en-US').map((moment) => moment.who)).toContain(who);
});
