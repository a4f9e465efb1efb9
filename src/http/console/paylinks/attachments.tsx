import type { Config } from '../../../env.ts';
import type { Paylink } from '../../../model/paylink.ts';
import { MAX_FILES } from '../../../paylinks/domain/apply-attachments.ts';
import { fileUrlOf } from '../../../paylinks/domain/links.ts';
import { ActionForm, FormToken } from '../parts/form.tsx';
import { Panel } from '../parts/panel.tsx';
import { type MerchantVisit, may } from '../visit.ts';

/** The files of a Paylink: what the customer can download, and the form that adds one. */
export const Attachments = (props: { visit: MerchantVisit; paylink: Paylink; config: Config; active: boolean }) => {
  const { visit, paylink, config, active } = props;
  const path = `/console/paylinks/${paylink.id}`;
  const writes = active && may(visit, 'paylinks:write');
  if (paylink.attachments.length === 0 && !writes) return null;
  return (
    <Panel title="Attachments">
      <div class="form">
        {paylink.attachments.length > 0 ? (
          <ul class="plain files">
            {paylink.attachments.map((name) => (
              <li class="row">
                <a href={fileUrlOf(config, paylink, name)}>{name}</a>
                {writes ? (
                  <ActionForm visit={visit} action={`${path}/detach`} class="inline">
                    <input type="hidden" name="name" value={name} />
                    <button class="link small" type="submit">
                      Remove<span class="out"> {name}</span>
                    </button>
                  </ActionForm>
                ) : null}
              </li>
            ))}
          </ul>
        ) : null}
        {writes && paylink.attachments.length < MAX_FILES ? (
          <form
            class="row"
            method="post"
            action={`${path}/attachments`}
            enctype="multipart/form-data"
            aria-label="Attach files"
          >
            <FormToken visit={visit} />
            <label class="out" for="file">
              Files to attach
            </label>
            <input id="file" name="file" type="file" accept=".pdf,.png,.jpg,.jpeg" multiple required />
            <button class="button quiet" type="submit">
              Attach
            </button>
            <span class="hint small soft">PDF, PNG or JPEG, at most 5 MB each, three in all.</span>
          </form>
        ) : null}
      </div>
    </Panel>
  );
};
