/** Programs that open links before people do, by what they say of themselves: previews of messengers, mail scanners, crawlers. */
const PREVIEWS =
  /bot\b|crawl|spider|preview|scan|proxy|headless|facebookexternalhit|whatsapp|slack|skype|embedly|proofpoint|mimecast|barracuda|curl|wget|python|okhttp|java\/|go-http|\bnode\b|axios|libwww|httpclient/i;

/** Whether a program that shows previews asks, as it calls itself. */
export const isPreviewAgent = (headers: Headers): boolean => PREVIEWS.test(headers.get('user-agent') ?? '');

/**
 * Whether a person followed a link to here. Browsers say so (`Sec-Fetch-User`, W3C Fetch Metadata §2.4) where a click or a tap began
 * the navigation; a program that only fetches does not, nor does one that prefetches.
 */
export function isPersonsNavigation(headers: Headers): boolean {
  const ahead = headers.get('sec-purpose') ?? headers.get('purpose') ?? '';
  return headers.get('sec-fetch-user') === '?1' && !ahead.includes('prefetch');
}

/** Whether a page of ours may have made this request; a browser names another site's as such. */
export const isFromOurPage = (headers: Headers): boolean =>
  (headers.get('sec-fetch-site') ?? 'same-origin') === 'same-origin';
