import { utf8 } from '../encoding.ts';
import type { Config } from '../env.ts';

const digest = (text: string) => crypto.subtle.digest('SHA-256', utf8(text));

/** Whether an `Authorization` header is `Bearer ADMIN_TOKEN`; never when no token is configured. Both are hashed first, so that not even the length shows in the time it takes. */
export async function isOperator(config: Pick<Config, 'ADMIN_TOKEN'>, authorization: string | null): Promise<boolean> {
  const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (config.ADMIN_TOKEN === undefined || token === undefined) return false;
  return crypto.subtle.timingSafeEqual(await digest(token), await digest(config.ADMIN_TOKEN));
}
