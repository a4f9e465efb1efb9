import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import { type Refusal, statusOf } from '../../errors.ts';
import type { AppEnv } from '../app-env.ts';
import { refusalHeaders } from '../problem.ts';
import { consoleDocument, type PageStatus } from './document.tsx';
import { Icon } from './icons.tsx';

/** What stands alone on a page: the name of the console, a panel, and a line below it. */
export const Alone = ({ children, foot }: { children: Child; foot?: Child }) => (
  <div class="sign-in">
    <main>
      <span class="brand">
        <Icon name="paylinks" />
        <span>Paylinks console</span>
      </span>
      <div class="panel">{children}</div>
      {foot ? <p class="foot">{foot}</p> : null}
    </main>
  </div>
);

/** A page that only says something, for who may not be signed in. */
export function messagePage(
  c: Context<AppEnv>,
  status: PageStatus,
  title: string,
  text: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return consoleDocument(
    c,
    { title, status, headers },
    <Alone foot={`Request ${c.get('requestId')}`}>
      <div class="form">
        <h1>{title}</h1>
        <p class="soft">{text}</p>
        <p>
          <a class="button" href="/console">
            Go to the console
          </a>
        </p>
      </div>
    </Alone>,
  );
}

/** A refusal of a whole page, in the words of the API. */
export function refusedPage(c: Context<AppEnv>, refusal: Refusal): Promise<Response> {
  const status = statusOf[refusal.code];
  const title = status === 429 ? 'Too many requests' : status === 503 ? 'One moment, please' : 'That did not work';
  return messagePage(c, status, title, refusal.detail, refusalHeaders(refusal));
}
