import type { Context } from 'hono';
import { MAX_FILES } from '../../paylinks/domain/apply-attachments.ts';
import type { AppEnv } from '../app-env.ts';
import { readParts } from '../multipart.ts';

type Part = readonly [name: string, value: string | File];

/** The fields of a form that was sent. */
export class FormFields {
  readonly #parts: readonly Part[];

  constructor(parts: Iterable<Part> = []) {
    this.#parts = [...parts];
  }

  /** A field without the spaces around it, its lines ending as they were stored: browsers send CR LF. null: empty or absent. */
  text(name: string): string | null {
    const value = this.all(name)[0]?.trim().replaceAll('\r\n', '\n') ?? '';
    return value === '' ? null : value;
  }

  /** A box that is ticked. */
  isOn(name: string): boolean {
    return this.#parts.some(([part]) => part === name);
  }

  /** All texts of a field, in their order. */
  all(name: string): string[] {
    return this.#parts.flatMap(([part, value]) => (part === name && typeof value === 'string' ? [value] : []));
  }

  /** All files of a field. */
  files(name: string): File[] {
    return this.#parts.flatMap(([part, value]) => (part === name && typeof value !== 'string' ? [value] : []));
  }
}

/** Parts of a form with files: its token, and the files. */
const MAX_PARTS = MAX_FILES + 1;

const decoder = new TextDecoder('utf-8');

/** Reads the body of a form, also of one with files; null: it is something else. */
export async function readForm(c: Context<AppEnv>): Promise<FormFields | null> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded')
    return new FormFields(new URLSearchParams(decoder.decode(c.get('body'))));
  const read = await readParts(c, MAX_PARTS);
  return read.kind === 'parts' ? new FormFields(read.form) : null;
}
