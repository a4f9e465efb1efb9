import type { Child } from 'hono/jsx';
import { Panel } from './panel.tsx';

/** A secret, on the only page that ever shows it. */
export const Secret = (props: {
  name: string;
  secret: string;
  next: { name: string; path: string };
  children: Child;
}) => (
  <Panel title={props.name}>
    <div class="form">
      <p>{props.children}</p>
      <p class="note">It is shown this once and cannot be read again. Keep it where your server finds it.</p>
      <p class="secret">
        <code>{props.secret}</code>
        <button class="button quiet small" type="button" data-copy={props.secret} hidden>
          Copy
        </button>
      </p>
      <div>
        <a class="button" href={props.next.path}>
          {props.next.name}
        </a>
      </div>
    </div>
  </Panel>
);
