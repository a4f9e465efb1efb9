import type { Operation } from '../operation.ts';
import { callbackOperations } from './callbacks.ts';
import { graphqlOperations } from './graphql.ts';
import { operatorOperations } from './operator.ts';
import { pageOperations } from './pages.ts';
import { paylinkOperations } from './paylinks.ts';
import { recipientOperations } from './recipients.ts';
import { sandboxOperations } from './sandbox.ts';
import { settingsOperations } from './settings.ts';
import { statsOperations } from './stats.ts';
import { webhookOperations } from './webhooks.ts';

/** Every route that callers may ask for, in the order in which the reference shows them. */
export const operations: readonly Operation[] = [
  ...paylinkOperations,
  ...graphqlOperations,
  ...callbackOperations.filter(({ who }) => who === 'merchant'),
  ...webhookOperations,
  ...recipientOperations,
  ...settingsOperations,
  ...statsOperations,
  ...sandboxOperations,
  ...pageOperations,
  ...callbackOperations.filter(({ who }) => who !== 'merchant'),
  ...operatorOperations,
];
