import type { Context } from 'hono';
import type { AppEnv } from '../app-env.ts';

/** The fields of a form that was sent. */
export class FormFields {
  readonly #fields: URLSearchParams;

  constructor(fields: URLSearchParams) {
    this.#fields = fields;
  }

  /** A field without the spaces around it; null: empty or absent. */
  text(name: string): string | null {
    const value = this.#fields.get(name)?.trim() ?? '';
    return value === '' ? null : value;
  }

  /** A box that is ticked. */
  isOn(name: string): boolean {
    return this.#fields.has(name);
  }

  /** All values of a field, in their order. */
  all(name: string): string[] {
    return this.#fields.getAll(name);
  }
}

const decoder = new TextDecoder('utf-8');

/** Reads the body of a form; null: it is something else. */
export function readForm(c: Context<AppEnv>): FormFields | null {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return null;
  return new FormFields(new URLSearchParams(decoder.decode(c.get('body'))));
}
