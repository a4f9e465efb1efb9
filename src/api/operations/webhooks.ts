import { AttemptsQuery, ChangeBody, CreateBody, ReplayBody } from '../../http/rest/webhook-endpoints.ts';
import {
  QueuedTest,
  Replayed,
  WebhookAttemptPage,
  WebhookEndpoint,
  WebhookEndpoints,
  WebhookEndpointWithSecret,
} from '../answers/webhooks.ts';
import { empty, json, jsonBody, type Operation } from '../operation.ts';

const common = { tag: 'Webhook endpoints', who: 'merchant' } as const;
const all = '/webhook-endpoints';
const one = `${all}/:endpointId`;

export const webhookOperations: Operation[] = [
  {
    ...common,
    method: 'POST',
    path: all,
    id: 'registerEndpoint',
    summary: 'Register an endpoint',
    body: jsonBody(CreateBody),
    answers: { 201: json('Registered, with its secret.', WebhookEndpointWithSecret, ['Location']) },
    problems: ['invalid_request', 'conflict'],
  },
  {
    ...common,
    method: 'GET',
    path: all,
    id: 'listEndpoints',
    summary: 'List endpoints',
    answers: { 200: json('All of them.', WebhookEndpoints) },
  },
  {
    ...common,
    method: 'GET',
    path: one,
    id: 'readEndpoint',
    summary: 'Read an endpoint',
    answers: { 200: json('The endpoint.', WebhookEndpoint) },
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'PATCH',
    path: one,
    id: 'changeEndpoint',
    summary: 'Change an endpoint',
    description: 'A new URL or `enabled: true` also resets `failingSince`. `headers` replaces them all.',
    body: jsonBody(ChangeBody),
    answers: { 200: json('The endpoint as it is now.', WebhookEndpoint) },
    problems: ['invalid_request', 'not_found'],
  },
  {
    ...common,
    method: 'DELETE',
    path: one,
    id: 'removeEndpoint',
    summary: 'Remove an endpoint',
    answers: { 204: empty('Removed; what was queued for it is dropped.') },
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'POST',
    path: `${one}/rotate`,
    id: 'rotateEndpointSecret',
    summary: 'Make a new secret; for 24 h both sign',
    answers: { 200: json('The endpoint, with its new secret.', WebhookEndpointWithSecret) },
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'POST',
    path: `${one}/test`,
    id: 'testEndpoint',
    summary: 'Send `endpoint.test`',
    answers: { 202: json('Queued.', QueuedTest) },
    problems: ['not_found', 'conflict'],
  },
  {
    ...common,
    method: 'GET',
    path: `${one}/attempts`,
    id: 'listAttempts',
    summary: 'List the attempts of the last 30 days, newest first',
    query: AttemptsQuery,
    answers: { 200: json('A page.', WebhookAttemptPage) },
    problems: ['invalid_request', 'not_found'],
  },
  {
    ...common,
    method: 'POST',
    path: `${one}/replay`,
    id: 'replayDeliveries',
    summary: 'Send again: one delivery, or all since a time',
    body: jsonBody(ReplayBody),
    answers: { 202: json('Queued. Continue with `nextSince` if it is not null.', Replayed) },
    problems: ['invalid_request', 'not_found', 'conflict'],
  },
];
