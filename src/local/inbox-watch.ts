import * as z from 'zod';

const Message = z.object({
  id: z.string(),
  channel: z.enum(['EMAIL', 'SMS']),
  to: z.string(),
  subject: z.string().nullable(),
  text: z.string(),
});
const Inbox = z.object({ messages: z.array(Message) });
export type CapturedMessage = z.infer<typeof Message>;

/** An amount of money as messages write it: `$213.12`, `213,12 €`, `CHF 20.00`. */
const number = String.raw`\d[\d.,'’\u00a0\u202f]*`;
const amount = new RegExp(
  String.raw`(?:[A-Z]{0,3}\p{Sc}|\b[A-Z]{3})[\u00a0\u202f ]?${number}|${number}[\u00a0\u202f ]?(?:\p{Sc}|[A-Z]{3}\b)`,
  'u',
);

/** The line of a captured message: `✉ ada@example.com $213.12 → /inbox`. */
export function messageLine({ channel, to, subject, text }: CapturedMessage): string {
  const asked = amount.exec(subject ?? text)?.[0].replace(/[.,]$/, '');
  return [channel === 'EMAIL' ? '✉' : '✆', to, ...(asked ? [asked] : []), '→ /inbox'].join(' ');
}

/** The most messages that one look prints; the inbox has them all. */
const MAX_LINES = 20;

/**
 * Tells of messages that have come into the inbox since the last look. The gateway's log has no addresses, so they are read where they
 * are kept.
 */
export class InboxWatch {
  readonly #read: () => Promise<unknown>;
  readonly #seen = new Set<string>();
  #looking: Promise<void> | null = null;
  #again = false;

  /** @param read fetches `/inbox.json`; may throw */
  constructor(read: () => Promise<unknown>) {
    this.#read = read;
  }

  /** Takes what is there already for seen. */
  async begin(): Promise<void> {
    for (const { id } of await this.#messages()) this.#seen.add(id);
  }

  /** Looks once more, after a look that is under way. @param print is given a line a message, the oldest first */
  look(print: (line: string) => void): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked(print).finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookWhileAsked(print: (line: string) => void): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const fresh = (await this.#messages()).filter(({ id }) => !this.#seen.has(id));
      for (const { id } of fresh) this.#seen.add(id);
      for (const message of fresh.slice(0, MAX_LINES).reverse()) print(messageLine(message));
      if (fresh.length > MAX_LINES) print(`✉ and ${fresh.length - MAX_LINES} more → /inbox`);
    }
  }

  /** Newest first; none where the gateway does not answer, as the next look finds them. */
  async #messages(): Promise<CapturedMessage[]> {
    const answered = await this.#read().catch(() => null);
    return Inbox.safeParse(answered).data?.messages ?? [];
  }
}
