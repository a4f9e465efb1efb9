/** GSM 03.38 (3GPP TS 23.038 §6.2.1), the default alphabet without its escape; every character is one septet. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Its extension table: an escape and the character, two septets. */
const extension = new Set('\f^{}\\[~]|€');

/** Characters without a decomposition in Unicode that have a usual spelling. */
const spellings: Record<string, string> = {
  ç: 'Ç',
  '‘': "'",
  '’': "'",
  '‚': ',',
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‹': "'",
  '›': "'",
  '′': "'",
  '`': "'",
  '´': "'",
  '–': '-',
  '—': '-',
  '‐': '-',
  '‑': '-',
  '−': '-',
  '…': '...',
  '•': '*',
  '·': '.',
  '×': 'x',
  '⁄': '/',
  ı: 'i',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  œ: 'oe',
  Œ: 'OE',
  ħ: 'h',
  Ħ: 'H',
  ŋ: 'n',
  Ŋ: 'N',
  ẞ: 'SS',
  '₹': 'Rs',
  '™': 'TM',
  '®': '(R)',
  '©': '(C)',
  '№': 'No.',
};

/** How many septets `text` takes in a GSM-7 message, or null when a character of it is in neither table. */
export function septets(text: string): number | null {
  let count = 0;
  for (const character of text) {
    if (basic.has(character)) count += 1;
    else if (extension.has(character)) count += 2;
    else return null;
  }
  return count;
}

/** `text` on one line in the GSM alphabet; `lost` when a letter, digit or sign had to be dropped (marks on letters do not count). */
export function toGsm7(text: string): { text: string; lost: boolean } {
  let lost = false;
  let result = '';
  for (const character of text.normalize('NFC')) {
    const written = spell(character);
    if (written === null) lost = true;
    else result += written;
  }
  return { text: result.replace(/ +/g, ' ').trim(), lost };
}

function spell(character: string): string | null {
  if (/[\s\p{Cc}]/u.test(character)) return ' ';
  if (isGsm(character)) return character;
  const spelling = spellings[character];
  if (spelling !== undefined) return spelling;
  if (/^[\p{Mn}\p{Cf}]$/u.test(character)) return '';
  const bare = character
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/⁄/g, '/');
  return bare !== '' && [...bare].every(isGsm) && !/[\n\r\f]/.test(bare) ? bare : null;
}

const isGsm = (character: string) => basic.has(character) || extension.has(character);

/** The longest beginning of a GSM text that fits `room` septets, `...` marking what is missing; '' when not even one letter fits. */
export function fitted(text: string, room: number): string {
  if ((septets(text) ?? Number.POSITIVE_INFINITY) <= room) return text;
  let kept = '';
  let used = 3;
  for (const character of text) {
    used += septets(character) ?? 0;
    if (used > room) break;
    kept += character;
  }
  return kept.trim() === '' ? '' : `${kept.trimEnd()}...`;
}
