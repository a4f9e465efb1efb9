/** At most `parallel` calls are under way, each of at most `most` asks. */
export type GroupBounds = { parallel: number; most: number };

/** Answers each ask in its place. */
export type GroupCall<Ask, Answer> = (asks: Ask[]) => Promise<Answer[]>;

type Group<Ask, Answer> = { asks: Ask[]; turn: PromiseWithResolvers<void>; answers: Promise<Answer[]> | null };
type Running<Ask, Answer> = { since: number; next: Group<Ask, Answer> };

/** A call that takes longer may have died with the request that made it, and keeps nobody back any more, ms. */
const deadMs = 5_000;

/**
 * Asks of one isolate, grouped under load: while as many calls as allowed are under way, asks are collected, and the next call carries
 * them together. An ask that finds a place goes at once and alone.
 *
 * Every call is made by one of the requests it is for, with that request's own bindings. The runtime lets a request wait for a promise
 * that another one made, but takes one that waits for its own promise, without I/O of its own, for hung: so the promise that a request
 * waits for is always made by the request that will resolve it.
 */
export class Grouping<Ask, Answer> {
  readonly #bounds: GroupBounds;
  #running: Running<Ask, Answer>[] = [];

  constructor(bounds: GroupBounds) {
    this.#bounds = bounds;
  }

  /** Nothing is under way, so nothing is lost by forgetting this. */
  get isIdle(): boolean {
    return this.#running.length === 0;
  }

  /**
   * @param waitUntil keeps this request alive for others that wait for its call, when its own client is gone
   * @throws whatever the call that carried this ask threw
   */
  async ask(ask: Ask, call: GroupCall<Ask, Answer>, waitUntil: (work: Promise<unknown>) => void): Promise<Answer> {
    const group = this.#groupToJoin(Date.now());
    if (!group) return answerAt(await this.#make([ask], call, waitUntil), 0);
    const at = group.asks.push(ask) - 1;
    await group.turn.promise;
    group.answers ??= this.#make(group.asks, call, waitUntil);
    return answerAt(await group.answers, at);
  }

  /** null: there is a place for a call, or no room in any group. */
  #groupToJoin(now: number): Group<Ask, Answer> | null {
    if (this.#running.length < this.#bounds.parallel) return null;
    this.#running = this.#running.filter(({ since }) => now - since < deadMs);
    if (this.#running.length < this.#bounds.parallel) return null;
    return this.#running.find(({ next }) => next.asks.length < this.#bounds.most)?.next ?? null;
  }

  #make(asks: Ask[], call: GroupCall<Ask, Answer>, waitUntil: (work: Promise<unknown>) => void): Promise<Answer[]> {
    const running = { since: Date.now(), next: { asks: [], turn: Promise.withResolvers<void>(), answers: null } };
    this.#running.push(running);
    const answers = call(asks).finally(() => {
      this.#running = this.#running.filter((one) => one !== running);
      running.next.turn.resolve();
    });
    waitUntil(answers.catch(() => {}));
    return answers;
  }
}

function answerAt<Answer>(answers: Answer[], at: number): Answer {
  const answer = answers[at];
  if (answer === undefined) throw new Error('a grouped call has to answer each ask');
  return answer;
}
