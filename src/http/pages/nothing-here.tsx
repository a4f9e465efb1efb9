import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';
import { page } from './page.tsx';
import { brandStyle } from './paylink-view.tsx';

/** The 404 of an unknown path, for a person: what to do if they came by a payment link, and the way to the start. */
export const nothingHerePage = (c: Context<AppEnv>): Promise<Response> =>
  page(
    c,
    { title: 'There is nothing here', status: 404, style: `${brandStyle(null)}.onward { margin-top: 14px; }` },
    <main>
      <article class="card bill">
        <h1>There is nothing here.</h1>
        <p class="soft">
          The address may be mistyped or cut short. If it came in a message, open it there once more, as a whole.
        </p>
        <p class="onward">
          <a href="/">Go to the start page</a>
        </p>
      </article>
    </main>,
  );
