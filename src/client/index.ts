export type { CallOptions, ClientOptions } from './caller.ts';
export { type Attachment, type PaylinksClient, paylinksClient, type SendResult } from './client.ts';
export { PaylinksError } from './errors.ts';
export { type Signable, type Signer, signedHeaders } from './sign.ts';
export type * from './types.ts';
export { type Verified, verifyWebhook } from './webhook.ts';
