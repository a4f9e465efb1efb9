import type { Context } from 'hono';
import { type Refusal, statusOf } from '../../errors.ts';
import type { AppEnv } from '../app-env.ts';
import { refusalHeaders } from '../problem.ts';
import { page } from './page.tsx';
import { brandStyle } from './paylink-view.tsx';

/** Does a browser ask, which shows its user whatever it gets? */
export const wantsPage = (c: Context<AppEnv>): boolean => c.req.header('accept')?.includes('text/html') === true;

/** A fault of the gateway, or a guard's refusal, as a person sees it: that it is not theirs, and what to do. */
export function faultPage(c: Context<AppEnv>, refused: Refusal): Promise<Response> {
  const status = statusOf[refused.code];
  const isPassing = status === 503 || status === 429;
  const options = {
    title: isPassing ? 'One moment, please' : 'Something went wrong',
    status: isPassing ? status : 500,
    style: brandStyle(null),
    headers: refusalHeaders(refused),
  } as const;
  return page(
    c,
    options,
    <main>
      <article class="card bill">
        <h1>{isPassing ? 'This page cannot be shown right now.' : 'Something went wrong on our side.'}</h1>
        <p class="soft">
          {isPassing ? 'Nothing is wrong with your link. ' : 'Your link may be fine. '}
          Please try again in a moment.
        </p>
        <p class="soft small">Request {c.get('requestId')}</p>
      </article>
    </main>,
  );
}
