import type { Context } from 'hono';
import type { InboxFilter } from '../../../store/inbox.ts';
import type { AppEnv } from '../../app-env.ts';

/** How a message may be looked at. */
export const tabs = ['preview', 'text', 'raw', 'headers'] as const;
export type Tab = (typeof tabs)[number];

/** What the address of the page says: which messages are listed, and how the open one is shown. */
export type InboxView = {
  search: string | undefined;
  to: string | undefined;
  paylinkId: string | undefined;
  unread: boolean;
  /** How many lines the list has at most. */
  shown: number;
  tab: Tab;
  /** What was just done, as a name of `notices`. */
  done: string | undefined;
};

const STEP = 50;
const MAX_SHOWN = 1_000;

/** `?to=` and `?paylinkId=`; empty ones ask for nothing. A `+` that a caller left unencoded came as a space. */
export function filterOf(c: Context<AppEnv>): Pick<InboxFilter, 'to' | 'paylinkId'> {
  const to = c.req
    .query('to')
    ?.replace(/^ (?=\d)/, '+')
    .trim();
  return { to: to || undefined, paylinkId: c.req.query('paylinkId')?.trim().toLowerCase() || undefined };
}

/** Reads the view from the address. What makes no sense there asks for nothing. */
export function viewOf(c: Context<AppEnv>): InboxView {
  const shown = Number(c.req.query('shown'));
  return {
    to: undefined,
    paylinkId: undefined,
    ...filterOf(c),
    search: c.req.query('q')?.trim().slice(0, 200) || undefined,
    unread: c.req.query('unread') === '1',
    shown: Number.isInteger(shown) && shown > STEP ? Math.min(shown, MAX_SHOWN) : STEP,
    tab: tabs.find((tab) => tab === c.req.query('view')) ?? 'preview',
    done: c.req.query('done'),
  };
}

/** Whether only some messages are listed. */
export const isFiltered = ({ search, to, paylinkId, unread }: InboxView): boolean =>
  unread || [search, to, paylinkId].some((one) => one !== undefined);

/** The page with more lines; null: it has as many as it can. */
export const longer = (view: InboxView): InboxView | null =>
  view.shown >= MAX_SHOWN ? null : { ...view, shown: Math.min(view.shown * 2, MAX_SHOWN) };

/** The address of the page for a view, below `path`. */
export function hrefOf(view: Partial<InboxView>, path = ''): string {
  const query = new URLSearchParams();
  const add = (name: string, value: string | undefined) => value !== undefined && query.set(name, value);
  add('q', view.search);
  add('to', view.to);
  add('paylinkId', view.paylinkId);
  if (view.unread) add('unread', '1');
  if (view.shown !== undefined && view.shown !== STEP) add('shown', `${view.shown}`);
  if (view.tab !== undefined && view.tab !== 'preview') add('view', view.tab);
  add('done', view.done);
  const text = query.toString();
  return `/inbox${path}${text === '' ? '' : `?${text}`}`;
}

/** The path of one message, below `/inbox`. */
export const pathOf = ({ id }: { id: string }, more = ''): string => `/${encodeURIComponent(id)}${more}`;
