import type { Child } from 'hono/jsx';

/** A part of a page with a border. @param plain its content goes to the border: a table */
export const Panel = (props: { title?: string; actions?: Child; plain?: boolean; children: Child }) => (
  <section class="panel" aria-label={props.title}>
    {props.title ? (
      <div class="title">
        <h2>{props.title}</h2>
        {props.actions}
      </div>
    ) : null}
    {props.plain ? props.children : <div class="body">{props.children}</div>}
  </section>
);

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'calm';

/** A status: a word, and a colour that says the same. */
export const Badge = ({ tone, children }: { tone: Tone; children: Child }) => (
  <span class={`badge ${tone}`}>{children}</span>
);
