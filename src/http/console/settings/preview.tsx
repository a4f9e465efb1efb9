import type { Merchant } from '../../../model/merchant.ts';
import { composeMessage } from '../../../paylinks/domain/compose-message.ts';
import { emailDocument, emailHeaders } from '../../pages/email-document.ts';
import { page } from '../../pages/page.tsx';
import { PaylinkPage } from '../../pages/paylink-page.tsx';
import { brandStyle, viewOf } from '../../pages/paylink-view.tsx';
import { SettingsUpdate } from '../../rest/settings.ts';
import { FormFields } from '../form-fields.ts';
import { SmsBubble } from '../paylinks/message.tsx';
import type { MerchantVisit } from '../visit.ts';
import { samplePage, samplePaylink } from './sample.ts';

/** The settings that a message or page shows. */
const shownNames = ['name', 'brandColor', 'logoUrl', 'supportEmail', 'timeZone', 'locale'] as const;

/** The merchant with the settings that are typed but not saved; what is not valid stays as it is saved. */
function asTyped(merchant: Merchant, form: FormFields): Merchant {
  const typed = { ...merchant };
  for (const name of shownNames) {
    const checked = SettingsUpdate.safeParse({ [name]: form.text(name) });
    if (checked.success) Object.assign(typed, checked.data);
  }
  return typed;
}

/** This origin may frame what would otherwise be in no frame. */
function framed(response: Response): Response {
  const policy = response.headers.get('content-security-policy') ?? '';
  response.headers.set('content-security-policy', policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"));
  return response;
}

/** `/console/settings/preview`: a sample email with the settings as they are saved, for a frame. */
export const preview = (visit: MerchantVisit): Promise<Response> => previewTyped(visit, new FormFields());

/** The same, or an SMS or page, in any language, with the settings that are typed. */
export async function previewTyped(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const { c, caller } = visit;
  const merchant = form.text('name') === null ? caller.merchant : asTyped(caller.merchant, form);
  const language = form.text('previewLanguage') ?? merchant.locale;
  const kind = form.text('previewKind');
  const now = c.get('now');
  if (kind === 'page') return framed(await customerPage(visit, merchant, language, now));
  const channel = kind === 'sms' ? 'SMS' : 'EMAIL';
  const call = { attemptId: 'preview', channel, provider: null, recipient: 'ada@example.com' } as const;
  const message = composeMessage(c.get('config'), samplePaylink(merchant, language, now), merchant, call, 'preview');
  if (message.channel === 'EMAIL') return c.html(emailDocument(message.html), 200, emailHeaders);
  const bubble = (
    <main class="phone">
      <SmsBubble text={message.text} />
    </main>
  );
  return framed(await page(c, { title: 'SMS', style: bubbleStyle }, bubble));
}

const bubbleStyle = `
.phone { padding: 24px; }
.bubble { background: var(--card); border: 1px solid var(--line); border-radius: 4px 18px 18px 18px; padding: 10px 14px; max-width: 340px; white-space: pre-wrap; }
.as-link { color: var(--accent); text-decoration: underline; }
`;

function customerPage({ c }: MerchantVisit, merchant: Merchant, language: string, now: number): Promise<Response> {
  const sample = samplePage(merchant, language, now);
  const view = viewOf(sample, 'SENT', `${c.get('config').PUBLIC_BASE_URL}/s/preview`, '#pay');
  const options = { title: 'Preview', language: view.summary.language, style: brandStyle(merchant.brandColor) };
  return page(c, options, <PaylinkPage view={view} payable />);
}
