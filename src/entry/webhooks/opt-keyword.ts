/** What carriers and CTIA's guidelines take for an opt-out; the whole message, whatever its case and punctuation. */
const stops = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);
const starts = new Set(['START', 'UNSTOP']);

/** What a customer's text message says about further messages; null: nothing. */
export function optOf(text: string): 'stop' | 'start' | null {
  const word = text.toUpperCase().replace(/[^A-Z]+/g, '');
  if (stops.has(word)) return 'stop';
  return starts.has(word) ? 'start' : null;
}
