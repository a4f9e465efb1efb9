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

export type Unsubscribe = (c: Context<AppEnv>, token: string) => Promise<'done' | 'unknown'>;

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
    if (asksInVain(c)) return tooManyUnknown(c);
    const known = await languageOfToken(c);
    if (!known && (await isOneTooMany(c))) return tooManyUnknown(c);
    const language = known ?? browserLanguage(c);
    const { words } = language;
    return page(c, { title: words.unsubscribe, style, language }, <AskToUnsubscribe words={words} />);
  };
  const act = async (c: Context<AppEnv>): Promise<Response> => {
    if (asksInVain(c)) return tooManyUnknown(c);
    const [done, known] = await Promise.all([unsubscribe(c, tokenOf(c)), languageOfToken(c)]);
    const language = known ?? browserLanguage(c);
    const { words } = language;
    if (done === 'unknown') {
      if (await isOneTooMany(c)) return tooManyUnknown(c);
      const [title, text] = [words.unknownUnsubscribe, words.unknownUnsubscribeText];
      return page(c, { title, status: 404, style, language }, <Notice title={title} text={text} />);
    }
    const [title, text] = [words.unsubscribed, words.unsubscribedText];
    return page(c, { title, style, language }, <Notice title={title} text={text} />);
  };
  return byMethod({ GET: ask, POST: act });
}
