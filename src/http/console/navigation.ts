import { hasScope } from '../../auth/scopes.ts';
import type { Caller, Scope } from '../../model/caller.ts';
import type { IconName } from './icons.tsx';

/** A part of the console. A key sees it if it has one of the scopes. */
export type Section = { name: string; path: string; icon: IconName; scopes?: readonly Scope[] };

/** What a merchant's people find in the console, in this order. A section is listed once it has a page. */
const merchantSections: Section[] = [
  { name: 'Overview', path: '/console', icon: 'overview', scopes: ['paylinks:read'] },
  { name: 'Paylinks', path: '/console/paylinks', icon: 'paylinks', scopes: ['paylinks:read'] },
  { name: 'Recipients', path: '/console/recipients', icon: 'recipients', scopes: ['paylinks:read'] },
  { name: 'Webhooks', path: '/console/webhooks', icon: 'webhooks', scopes: ['paylinks:read', 'webhooks:manage'] },
  { name: 'Keys', path: '/console/keys', icon: 'keys', scopes: ['credentials:manage'] },
  { name: 'Settings', path: '/console/settings', icon: 'settings', scopes: ['settings:manage'] },
  { name: 'Audit', path: '/console/audit', icon: 'audit', scopes: ['paylinks:read'] },
];

/** What an operator finds there. */
export const operatorSections: Section[] = [
  { name: 'Merchants', path: '/console/operator', icon: 'operator' },
  { name: 'Health', path: '/console/operator/health', icon: 'overview' },
  { name: 'Audit', path: '/console/operator/audit', icon: 'audit' },
];

/** The sections that a key may see. */
export const sectionsFor = ({ scopes }: Pick<Caller, 'scopes'>): Section[] =>
  merchantSections.filter((section) => (section.scopes ?? []).some((scope) => hasScope(scopes, scope)));
