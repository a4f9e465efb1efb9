import {
  CredentialExpiry,
  credentialIssue,
  MerchantCreate,
  MerchantPage as MerchantQuery,
  MerchantUpdate,
} from '../../http/admin/schemas.ts';
import { Credential, Credentials, IssuedCredential, Merchant, MerchantPage } from '../answers/operator.ts';
import { empty, json, jsonBody, type Operation } from '../operation.ts';

/** What it asks for does not depend on the time it is made for. */
export const IssueCredential = credentialIssue(0);

const common = { tag: 'Operator', who: 'operator' } as const;
const all = '/admin/merchants';
const one = `${all}/:id`;
const keys = `${one}/credentials`;

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
  {
    ...common,
    method: 'GET',
    path: keys,
    id: 'listMerchantCredentials',
    summary: 'List the credentials of a merchant, without secrets',
    answers: { 200: json('All, also expired and revoked ones.', Credentials) },
    problems: ['not_found'],
  },
  {
    ...common,
    method: 'POST',
    path: keys,
    id: 'issueMerchantCredential',
    summary: 'Issue a credential',
    body: jsonBody(IssueCredential),
    answers: { 201: json('Issued; only this answer shows the secret.', IssuedCredential, ['Location']) },
    problems: ['invalid_request', 'not_found'],
  },
  {
    ...common,
    method: 'PATCH',
    path: `${keys}/:credentialId`,
    id: 'expireMerchantCredential',
    summary: 'Set when a credential expires',
    body: jsonBody(CredentialExpiry),
    answers: { 200: json('The credential.', Credential) },
    problems: ['invalid_request', 'not_found', 'conflict'],
  },
  {
    ...common,
    method: 'DELETE',
    path: `${keys}/:credentialId`,
    id: 'revokeMerchantCredential',
    summary: 'Revoke a credential for good',
    answers: { 204: empty('Revoked, everywhere within 30 s.') },
    problems: ['not_found'],
  },
];
