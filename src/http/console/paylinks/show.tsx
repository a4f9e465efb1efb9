import { money } from '../../../delivery/message/format.ts';
import { type Refusal, statusOf } from '../../../errors.ts';
import type { Channel } from '../../../model/delivery.ts';
import type { Merchant } from '../../../model/merchant.ts';
import type { Paylink } from '../../../model/paylink.ts';
import { parsePaylinkId } from '../../../paylink-id.ts';
import { shortLinkOf } from '../../../paylinks/domain/links.ts';
import { isActive, statusAt } from '../../../paylinks/domain/status.ts';
import { findPaylink, ownerOf } from '../../../paylinks/read.ts';
import { verbContext } from '../../verb-context.ts';
import type { PageStatus } from '../document.tsx';
import { Refused } from '../parts/flash.tsx';
import { Badge, Panel } from '../parts/panel.tsx';
import { shell } from '../shell.tsx';
import { type MerchantVisit, may } from '../visit.ts';
import { Answer } from './answer.tsx';
import { Attachments } from './attachments.tsx';
import { Facts } from './facts.tsx';
import { EmailPreview, SmsPreview } from './message.tsx';
import { noPaylink } from './missing.tsx';
import { CancelForm, SendForm, type Typed } from './send-form.tsx';
import { Timeline } from './timeline.tsx';
import { customerOf, statusWords } from './words.ts';

/** A Paylink that the visitor may see, with the merchant whose it is. */
export type Shown = { paylink: Paylink; owner: Merchant };

/** The Paylink of the page's path; null: there is none, or it is another merchant's. Two D1 queries, at once. */
export async function shownIn({ c, caller, params }: MerchantVisit): Promise<Shown | null> {
  const id = parsePaylinkId(params.paylinkId ?? '');
  if (id === null) return null;
  const ctx = verbContext(c, caller);
  const [paylink, owner] = await Promise.all([findPaylink(ctx, id), ownerOf(ctx, id)]);
  return paylink && owner ? { paylink, owner } : null;
}

/** What did not work, to be said above the page that it was asked on, with what was typed. */
export type NotDone = { title: string; refusal: Refusal; typed?: Typed };

/** `/console/paylinks/{id}`. */
export async function showPaylink(visit: MerchantVisit): Promise<Response> {
  const shown = await shownIn(visit);
  return shown ? paylinkPage(visit, shown, null) : noPaylink(visit);
}

/** The page of a Paylink: the answer first, then the way there beside the message. */
export function paylinkPage(visit: MerchantVisit, shown: Shown, notDone: NotDone | null): Promise<Response> {
  const { c, caller } = visit;
  const { paylink, owner } = shown;
  const now = c.get('now');
  const zone = caller.merchant.timeZone ?? 'UTC';
  const { text, tone } = statusWords[statusAt(paylink, now)];
  const path = `/console/paylinks/${paylink.id}`;
  const amount = money(paylink.total, paylink.currencyCode, caller.merchant.locale);
  const channel: Channel =
    c.req.query('message') === 'sms' || (!paylink.sendEmail && paylink.sendSms) ? 'SMS' : 'EMAIL';
  const active = isActive(paylink, now);
  /** An expired one is revived by a change. */
  const isOpen = active || statusAt(paylink, now) === 'EXPIRED';
  const details = <Details visit={visit} paylink={paylink} zone={zone} />;
  // A provider's refusal is an answer to a person, and no fault of ours.
  const status: PageStatus =
    notDone?.refusal.code === 'send_failed' ? 422 : notDone ? statusOf[notDone.refusal.code] : 200;
  return shell(
    visit,
    {
      title: `${amount} for ${customerOf(paylink)}`,
      status,
      above: { name: 'Paylinks', path: '/console/paylinks' },
      about: (
        <span class="row">
          <Badge tone={tone}>{text}</Badge>
          {owner.id === caller.merchant.id ? null : <span>{owner.name}</span>}
          {paylink.merchantInvoiceId ? <span>Invoice {paylink.merchantInvoiceId}</span> : null}
        </span>
      ),
      actions: (
        <div class="row">
          <button class="button quiet" type="button" data-copy={shortLinkOf(c.get('config'), paylink)} hidden>
            Copy link
          </button>
          {isOpen && may(visit, 'paylinks:write') ? (
            <a class="button quiet" href={`${path}/edit`}>
              Change
            </a>
          ) : null}
          {active && may(visit, 'paylinks:send') ? (
            <a class="button" href="#send">
              Send
            </a>
          ) : null}
        </div>
      ),
    },
    <>
      {notDone ? <Refused refusal={notDone.refusal} title={notDone.title} /> : null}
      <Answer visit={visit} paylink={paylink} zone={zone} now={now} />
      <div class="columns">
        <div>
          <Panel title="What happened">
            <Timeline visit={visit} paylink={paylink} zone={zone} now={now} />
          </Panel>
          {active && may(visit, 'paylinks:send') ? (
            <SendForm visit={visit} shown={shown} typed={notDone?.typed ?? null} errors={notDone?.refusal.errors} />
          ) : null}
          {active && may(visit, 'paylinks:write') ? <CancelForm visit={visit} paylink={paylink} /> : null}
          {active ? null : details}
        </div>
        <div>
          <Panel title="The message" actions={<Channels path={path} channel={channel} />} plain>
            {channel === 'EMAIL' ? (
              <EmailPreview c={c} paylink={paylink} owner={owner} zone={zone} />
            ) : (
              <SmsPreview c={c} paylink={paylink} owner={owner} zone={zone} />
            )}
          </Panel>
          {active ? details : null}
          <Attachments visit={visit} paylink={paylink} config={c.get('config')} active={active} />
        </div>
      </div>
    </>,
  );
}

const Details = ({ visit, paylink, zone }: { visit: MerchantVisit; paylink: Paylink; zone: string }) => (
  <Panel title="Details">
    <Facts
      paylink={paylink}
      link={shortLinkOf(visit.c.get('config'), paylink)}
      zone={zone}
      now={visit.c.get('now')}
      locale={visit.caller.merchant.locale}
    />
  </Panel>
);

const Channels = ({ path, channel }: { path: string; channel: Channel }) => (
  <nav class="tabs" aria-label="Message by">
    <a href={path} aria-current={channel === 'EMAIL' ? 'true' : undefined}>
      Email
    </a>
    <a href={`${path}?message=sms`} aria-current={channel === 'SMS' ? 'true' : undefined}>
      SMS
    </a>
  </nav>
);
