import { Query as AllAuditQuery } from '../../http/admin/audit.ts';
import { MerchantCreate, MerchantPage as MerchantQuery, MerchantUpdate } from '../../http/admin/schemas.ts';
import { AuditPage } from '../answers/audit.ts';
import { Health, Merchant, MerchantPage } from '../answers/operator.ts';
import { json, jsonBody, type Operation } from '../operation.ts';
import { credentialOperations } from './credentials.ts';

const common = { tag: 'Operator', who: 'operator' } as const;
const all = '/admin/merchants';
const one = `${all}/:id`;

export const operatorOperations: Operation[] = [
  {
    ...common,
    method: 'POST',
    path: all,
    id: 'createMerchant',
    summary: 'Create a merchant; test mode by default',
    body: jsonBody(MerchantCreate),
    answers: { 201: json('Created.', Merchant, ['Location']) },
    problems: ['invalid_request', 'conflict'],
  },
  {
    ...common,
    method: 'GET',
    path: all,
    id: 'listMerchants',
    summary: 'List merchants, by id',
    query: MerchantQuery,
    answers: { 200: json('A page.', MerchantPage) },
    problems: ['invalid_request'],
  },
  {
    ...common,
    method: 'GET',
    path: one,
    id: 'readMerchant',
    summary: 'Read a merchant',
    answers: { 200: json('The merchant.', Merchant) },
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'PATCH',
    path: one,
    id: 'changeMerchant',
    summary: 'Change the settings of a merchant',
    description: 'It takes effect everywhere within 30 s.',
    body: jsonBody(MerchantUpdate),
    answers: { 200: json('The merchant as it is now.', Merchant) },
    problems: ['invalid_request', 'not_found'],
  },
  ...credentialOperations(common, '/admin/merchants/:id/credentials', 'Merchant'),
  {
    ...common,
    method: 'GET',
    path: '/admin/audit',
    id: 'listAllAudit',
    summary: 'Who did what, newest first',
    description: '`merchantId=*`: what concerns the whole installation.',
    query: AllAuditQuery,
    answers: { 200: json('A page.', AuditPage) },
    problems: ['invalid_request'],
  },
  {
    ...common,
    method: 'GET',
    path: '/admin/health',
    id: 'readHealth',
    summary: 'The state of providers, webhooks, keys and stores',
    answers: { 200: json('Numbers that are cheap to read.', Health) },
    problems: [],
  },
];
