import { Query } from '../../http/rest/stats.ts';
import { Stats } from '../answers/stats.ts';
import { json, type Operation } from '../operation.ts';

export const statsOperations: Operation[] = [
  {
    method: 'GET',
    path: '/stats',
    id: 'readStats',
    tag: 'Stats',
    who: 'merchant',
    summary: 'Count Paylinks, messages, amounts and waits',
    description:
      '`from` and `to` are days of your time zone, both included (default: the last 30), or ISO 8601 times; at most 92 days. ' +
      'Paylinks count for the hour they were created in, messages for the hour they were sent in.',
    query: Query,
    answers: { 200: json('Counts from an hourly roll-up.', Stats) },
    problems: ['invalid_request'],
  },
];
