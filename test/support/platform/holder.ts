import { createServer, type ServerResponse } from 'node:http';

type Held = { path: string; answer: ServerResponse };

/** A server that holds its requests until it is told to answer, and remembers who asked and who went away. */
export class Holder {
  readonly url: string;
  readonly held = new Set<Held>();
  /** Paths in the order in which they were asked for. */
  readonly asked: string[] = [];
  /** Paths whose caller went away before there was an answer. */
  readonly abandoned: string[] = [];
  /** The most that were held at once. */
  peak = 0;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    server.on('request', ({ url }, answer) => this.#hold({ path: url ?? '/', answer }));
  }

  static async start(): Promise<Holder> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new Holder(server, address.port);
  }

  #hold(held: Held): void {
    this.asked.push(held.path);
    this.held.add(held);
    this.peak = Math.max(this.peak, this.held.size);
    held.answer.on('close', () => {
      if (this.held.delete(held)) this.abandoned.push(held.path);
    });
  }

  /** Answers everything that is held. */
  release(): void {
    for (const held of this.held) {
      this.held.delete(held);
      held.answer.end('{}');
    }
  }

  /** Forgets what was. */
  reset(): void {
    this.release();
    this.peak = 0;
    this.asked.length = 0;
    this.abandoned.length = 0;
  }

  async close(): Promise<void> {
    this.release();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
