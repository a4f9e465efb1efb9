import { expect } from 'vitest';
import { publicRoutes } from '../../../src/http/pages/public.tsx';
import { testApp } from './test-app.ts';

/** The public pages, whose verbs only note what they are asked for. */
export const openedIds: string[] = [];
export const unsubscribed: string[] = [];
export const request = testApp(
  publicRoutes({
    opened: async (_c, paylinkId) => void openedIds.push(paylinkId),
    unsubscribe: async (_c, token) => {
      unsubscribed.push(token);
      return token === 'known' ? 'done' : 'unknown';
    },
  }),
);

export const browser =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1';
/** The headers of a browser in which somebody followed a link. */
export const person = { 'user-agent': browser, 'sec-fetch-mode': 'navigate', 'sec-fetch-user': '?1' };

export const text = async (path: string) => (await request(path)).text();

export function expectPrivate(response: Response): void {
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-robots-tag')).toContain('noindex');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
}

/** Forgets what was noted: before each test. */
export function forget(): void {
  openedIds.length = 0;
  unsubscribed.length = 0;
}
