import type { IconName } from './icons.tsx';

export type Section = { name: string; path: string; icon: IconName };

/** What a merchant's people find in the console, in this order. A section is listed once it has a page. */
export const merchantSections: Section[] = [{ name: 'Overview', path: '/console', icon: 'overview' }];

/** What an operator finds there. */
export const operatorSections: Section[] = [{ name: 'Operator', path: '/console/operator', icon: 'operator' }];
