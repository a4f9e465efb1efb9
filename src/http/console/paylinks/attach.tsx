import { type Refusal, refusal } from '../../../errors.ts';
import { attachFiles, detachFile, type Upload } from '../../../paylinks/attachments.ts';
import { verbContext } from '../../verb-context.ts';
import type { FormFields } from '../form-fields.ts';
import type { MerchantVisit } from '../visit.ts';
import { noPaylink } from './missing.tsx';
import { paylinkPage, shownIn } from './show.tsx';

/** Its errors name files, which are no fields of the form. */
const byFile = (refused: Refusal): Refusal => ({
  ...refused,
  ...(refused.errors
    ? {
        errors: refused.errors.map(({ path, message }) => ({
          path: '',
          message: path ? `${path}: ${message}` : message,
        })),
      }
    : {}),
});

/** Attaches the files of the form. */
export async function attach(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const shown = await shownIn(visit);
  if (!shown) return noPaylink(visit);
  const title = 'Nothing was attached.';
  const files = form.files('file').filter((file) => file.size > 0 || file.name !== '');
  if (files.length === 0)
    return paylinkPage(visit, shown, { title, refusal: refusal('invalid_request', 'Choose a file.') });
  const uploads: Upload[] = [];
  for (const file of files)
    uploads.push({ path: file.name, name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  const attached = await attachFiles(verbContext(visit.c, visit.caller), shown.paylink.id, uploads);
  if (attached.kind === 'refused') return paylinkPage(visit, shown, { title, refusal: byFile(attached.refusal) });
  return visit.c.redirect(`/console/paylinks/${shown.paylink.id}?done=attached`, 303);
}

/** Takes the file that the form names off the Paylink. */
export async function detach(visit: MerchantVisit, form: FormFields): Promise<Response> {
  const shown = await shownIn(visit);
  if (!shown) return noPaylink(visit);
  const detached = await detachFile(verbContext(visit.c, visit.caller), shown.paylink.id, form.text('name') ?? '');
  if (detached.kind === 'done') return visit.c.redirect(`/console/paylinks/${shown.paylink.id}?done=detached`, 303);
  return paylinkPage(visit, shown, { title: 'It was not removed.', refusal: detached.refusal });
}
