import { CredentialExpiry, credentialIssue } from '../../http/admin/schemas.ts';
import { Credential, Credentials, IssuedCredential } from '../answers/credentials.ts';
import { empty, json, jsonBody, type Operation } from '../operation.ts';

/** What it asks for does not depend on the time it is made for. */
export const IssueCredential = credentialIssue(0);

/** The four verbs of a merchant's credentials: for the operator, and for the merchant itself. @param whose a word in their ids */
export function credentialOperations(
  common: Pick<Operation, 'tag' | 'who'>,
  path: string,
  whose: 'Own' | 'Merchant',
): Operation[] {
  return [
    {
      ...common,
      method: 'GET',
      path,
      id: `list${whose}Credentials`,
      summary: 'List credentials, without secrets',
      answers: { 200: json('All, also expired and revoked ones.', Credentials) },
      problems: ['not_found'],
    },
    {
      ...common,
      method: 'POST',
      path,
      id: `issue${whose}Credential`,
      summary: 'Issue a credential',
      description: 'Nobody can issue a scope that they do not have.',
      body: jsonBody(IssueCredential),
      answers: { 201: json('Issued; only this answer shows the secret.', IssuedCredential, ['Location']) },
      problems: ['invalid_request', 'not_found', 'conflict', 'forbidden'],
    },
    {
      ...common,
      method: 'PATCH',
      path: `${path}/:credentialId`,
      id: `expire${whose}Credential`,
      summary: 'Set when a credential expires',
      body: jsonBody(CredentialExpiry),
      answers: { 200: json('The credential.', Credential) },
      problems: ['invalid_request', 'not_found', 'conflict', 'forbidden'],
    },
    {
      ...common,
      method: 'DELETE',
      path: `${path}/:credentialId`,
      id: `revoke${whose}Credential`,
      summary: 'Revoke a credential for good',
      answers: { 204: empty('Revoked, everywhere within 30 s.') },
      problems: ['not_found', 'forbidden'],
    },
  ];
}
