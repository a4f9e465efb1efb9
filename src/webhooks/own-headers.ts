import * as z from 'zod/mini';
import type { Config } from '../env.ts';
import { openSecret, sealSecret } from '../lib/secrets.ts';

/** The headers that the gateway sets itself, or that would change how the request is read. */
const reserved =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|user-agent|cookie|forwarded|via|webhook-.*|x-skipify-secret|x-forwarded-.*|cf-.*|proxy-.*|sec-.*)$/i;

const Name = z.string().check(
  z.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/, 'Must be the name of a header.'),
  z.refine((name) => !reserved.test(name), 'This header cannot be set.'),
);
const Value = z
  .string()
  .check(z.regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/, 'Must be 1 to 1,024 printable ASCII characters.'));

/** An endpoint's own headers, at most 5: what its receiver wants to be called with. */
export const OwnHeaders = z
  .record(Name, Value)
  .check(z.refine((headers) => Object.keys(headers).length <= 5, 'At most 5 headers.'));
export type OwnHeaders = z.infer<typeof OwnHeaders>;

/** Values are often secrets, so they are stored sealed; the names are shown. */
export async function sealHeaders(config: Config, endpointId: string, headers: OwnHeaders) {
  const headerNames = Object.keys(headers);
  const headersCiphertext =
    headerNames.length === 0 ? null : await sealSecret(config, endpointId, JSON.stringify(headers));
  return { headerNames, headersCiphertext };
}

/** The headers, unsealed. @throws when they were sealed with a key that is not configured */
export const openHeaders = async (
  config: Config,
  endpointId: string,
  ciphertext: string | null,
): Promise<OwnHeaders> =>
  ciphertext === null ? {} : OwnHeaders.parse(JSON.parse(await openSecret(config, endpointId, ciphertext)));
