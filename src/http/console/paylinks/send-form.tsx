import type { FieldError } from '../../../errors.ts';
import type { Paylink } from '../../../model/paylink.ts';
import { ActionForm, Check, Field, wrongOf } from '../parts/form.tsx';
import { Panel } from '../parts/panel.tsx';
import type { MerchantVisit } from '../visit.ts';

/** What was typed into the form, when it was refused. */
export type Typed = { sendEmail: boolean; sendSms: boolean; email: string; phone: string };

type Props = {
  visit: MerchantVisit;
  shown: { paylink: Paylink };
  typed: Typed | null;
  errors: readonly FieldError[] | undefined;
};

/** Sends the Paylink, again or for the first time, to its customer or to another address. */
export const SendForm = ({ visit, shown: { paylink }, typed, errors }: Props) => {
  const { customer } = paylink;
  const values = typed ?? {
    sendEmail: customer.email !== null && (paylink.sendEmail || !paylink.sendSms),
    sendSms: customer.phone !== null && (paylink.sendSms || (!paylink.sendEmail && customer.email === null)),
    email: '',
    phone: '',
  };
  const again = paylink.deliveryLogs.some((log) => log.acceptedAt !== null);
  const to = (address: string | null) => (address ? ` to ${address}` : ' (no address is known)');
  return (
    <section class="panel" id="send" aria-label="Send">
      <div class="title">
        <h2>{again ? 'Send again' : 'Send'}</h2>
      </div>
      <div class="body">
        <ActionForm visit={visit} action={`/console/paylinks/${paylink.id}/send`} label="Send" once>
          {paylink.customerConsent ? null : (
            <p class="small note">
              It is not written down that the customer agreed to get messages, so none are sent.{' '}
              <a href={`/console/paylinks/${paylink.id}/edit`}>Change the Paylink</a> once they have.
            </p>
          )}
          <Check name="sendEmail" label={`By email${to(customer.email)}`} checked={values.sendEmail} />
          <Check name="sendSms" label={`By SMS${to(customer.phone)}`} checked={values.sendSms} />
          <details open={values.email !== '' || values.phone !== ''}>
            <summary>To another address, this time only</summary>
            <div class="pair">
              <Field
                name="to.email"
                label="Email"
                type="email"
                value={values.email}
                autocomplete="off"
                wrong={wrongOf(errors, 'to.email')}
              />
              <Field
                name="to.phone"
                label="Phone"
                type="tel"
                value={values.phone}
                placeholder="+12025550143"
                autocomplete="off"
                wrong={wrongOf(errors, 'to.phone')}
              />
            </div>
          </details>
          <div>
            <button class="button" type="submit">
              {again ? 'Send again' : 'Send now'}
            </button>
          </div>
        </ActionForm>
      </div>
    </section>
  );
};

/** Cancels for good, which wants a second click. */
export const CancelForm = ({ visit, paylink }: { visit: MerchantVisit; paylink: Paylink }) => (
  <Panel>
    <details>
      <summary>Cancel this Paylink</summary>
      <ActionForm visit={visit} action={`/console/paylinks/${paylink.id}/cancel`} label="Cancel this Paylink">
        <p class="soft">
          Nothing is sent any more, and its page says that it is canceled. This cannot be undone. Money that was already
          on its way is still recorded.
        </p>
        <div>
          <button class="button bad" type="submit">
            Cancel for good
          </button>
        </div>
      </ActionForm>
    </details>
  </Panel>
);
