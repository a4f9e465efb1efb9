import type { Context } from 'hono';
import type { Words } from '../../delivery/message/locales/en.ts';
import { type Language, languageOf } from '../../delivery/message/locales/language.ts';
import { parsePaylinkId } from '../../paylink-id.ts';
import { findLocale } from '../../store/public-links.ts';
import type { AppEnv, Handle } from '../app-env.ts';
import { byMethod } from '../routing.ts';
import { asksInVain, isOneTooMany, tooManyUnknown } from '../unknown-requests.ts';
import { browserLanguage, page } from './page.tsx';
import { Notice } from './paylink-page.tsx';
import { brandStyle } from './paylink-view.tsx';

/** `onlySigned`: a token that we did not sign is unknown, without asking D1. */
export type Unsubscribe = (c: Context<AppEnv>, token: string, onlySigned: boolean) => Promise<'done' | 'unknown'>;

const tokenOf = (c: Context<AppEnv>) => c.req.param('token') ?? '';

/** The language of the email that the token came in; null where there was none. */
async function languageOfToken(c: Context<AppEnv>): Promise<Language | null> {
  const paylinkId = parsePaylinkId(tokenOf(c).split('.')[0] ?? '');
  const locale = paylinkId ? await findLocale(c.env.DB, paylinkId) : null;
  return locale === null ? null : languageOf(locale);
}

const AskToUnsubscribe = ({ words }: { words: Words }) => (
  <main>
    <article class="card bill">
      <h1>{words.askToUnsubscribe}</h1>
      <p class="soft">{words.askToUnsubscribeText}</p>
      <form method="post" class="pay">
        <button type="submit" class="button">
          {words.unsubscribe}
        </button>
      </form>
    </article>
  </main>
);

/** `/u/{token}`: one click by POST (RFC 8058); a GET changes nothing, as mail scanners open every link. */
export function unsubscribing(unsubscribe: Unsubscribe): Handle {
  const style = brandStyle(null);
  const ask = async (c: Context<AppEnv>): Promise<Response> => {
    const known = asksInVain(c) ? null : await languageOfToken(c);
    if (!known) await isOneTooMany(c);
    const language = known ?? browserLanguage(c);
    const { words } = language;
    return page(c, { title: words.unsubscribe, style, language }, <AskToUnsubscribe words={words} />);
  };
  const act = async (c: Context<AppEnv>): Promise<Response> => {
    // A link that we signed works from whatever address: mail providers click for many customers.
    const inVain = asksInVain(c);
    const done = await unsubscribe(c, tokenOf(c), inVain);
    if (done === 'unknown' && (inVain || (await isOneTooMany(c)))) return tooManyUnknown(c);
    const language = (await languageOfToken(c)) ?? browserLanguage(c);
    const { words } = language;
    if (done === 'unknown') {
      const [title, text] = [words.unknownUnsubscribe, words.unknownUnsubscribeText];
      return page(c, { title, status: 404, style, language }, <Notice title={title} text={text} />);
    }
    const [title, text] = [words.unsubscribed, words.unsubscribedText];
    return page(c, { title, style, language }, <Notice title={title} text={text} />);
  };
  return byMethod({ GET: ask, POST: act });
}
