import { Query as AuditQuery } from '../../http/rest/audit.ts';
import { SettingsUpdate } from '../../http/rest/settings.ts';
import { AuditPage } from '../answers/audit.ts';
import { RotatedCallbackSecret, Settings } from '../answers/settings.ts';
import { json, jsonBody, type Operation } from '../operation.ts';
import { credentialOperations } from './credentials.ts';

const common = { tag: 'Settings', who: 'merchant' } as const;

export const settingsOperations: Operation[] = [
  {
    ...common,
    method: 'GET',
    path: '/settings',
    id: 'readSettings',
    summary: 'Read your own settings',
    answers: { 200: json('The settings.', Settings) },
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'PATCH',
    path: '/settings',
    id: 'changeSettings',
    summary: 'Change your own settings',
    description: 'It takes effect everywhere within 30 s.',
    body: jsonBody(SettingsUpdate),
    answers: { 200: json('The settings as they are now.', Settings) },
    problems: ['invalid_request', 'not_found'],
  },
  {
    ...common,
    method: 'POST',
    path: '/settings/callback-secret/rotate',
    id: 'rotateCallbackSecret',
    summary: 'Make a new secret for callback URLs; for 24 h both sign',
    answers: { 200: json('Only this answer shows the secret.', RotatedCallbackSecret) },
  },
  ...credentialOperations({ tag: 'Keys', who: 'merchant' }, '/credentials', 'Own'),
  {
    ...common,
    tag: 'Audit',
    method: 'GET',
    path: '/audit',
    id: 'listAudit',
    summary: 'What was done in your name, newest first',
    query: AuditQuery,
    answers: { 200: json('A page.', AuditPage) },
    problems: ['invalid_request'],
  },
];
