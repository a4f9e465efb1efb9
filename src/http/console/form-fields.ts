import type { Context } from 'hono';
import { MAX_FILES } from '../../paylinks/domain/apply-attachments.ts';
import type { AppEnv } from '../app-env.ts';
import { readParts } from '../multipart.ts';

type Part = readonly [name: string, value: string | File];

/** The fields of a form that was sent. */
export class FormFields {
  /** By name: a form of 64 KiB may have 30,000 parts, and a page asks for hundreds of fields. */
  readonly #values: ReadonlyMap<string, (string | File)[]>;

  constructor(parts: Iterable<Part> = []) {
    const values = new Map<string, (string | File)[]>();
    for (const [name, value] of parts) {
      const known = values.get(name);
      if (known) known.push(value);
      else values.set(name, [value]);
    }
    this.#values = values;
  }

  #of(name: string): (string | File)[] {
    return this.#values.get(name) ?? [];
  }

  /** A field without the spaces around it, its lines ending as they were stored: browsers send CR LF. null: empty or absent. */
  text(name: string): string | null {
    const value = this.all(name)[0]?.trim().replaceAll('\r\n', '\n') ?? '';
    return value === '' ? null : value;
  }

  /** A box that is ticked. */
  isOn(name: string): boolean {
    return this.#values.has(name);
  }

  /** All texts of a field, in their order. */
  all(name: string): string[] {
    return this.#of(name).filter((value) => typeof value === 'string');
  }

  /** All files of a field. */
  files(name: string): File[] {
    return this.#of(name).filter((value) => typeof value !== 'string');
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
