import * as z from 'zod/mini';
import { AttachmentFile } from '../model/paylink.ts';
import { jsonText } from './columns.ts';

const Rows = z.array(z.object({ id: z.string(), files: jsonText(z.array(AttachmentFile)) }));

/** The files that these Paylinks list, by Paylink. Whose they are the caller must have checked. */
export async function filesOf(db: D1Database, ids: readonly string[]): Promise<Map<string, AttachmentFile[]>> {
  const { results } = await db
    .prepare(`SELECT p.id, p.files FROM json_each(?1) j CROSS JOIN paylinks p ON p.id = j.value WHERE p.files <> '[]'`)
    .bind(JSON.stringify(ids))
    .all();
  return new Map(Rows.parse(results).map(({ id, files }) => [id, files]));
}
