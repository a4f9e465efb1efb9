import type { Bindings, QueueMessage } from '../../../src/env.ts';
import { onPlatform } from './bindings.ts';
import { invoke } from './invocation.ts';
import { meter } from './meter.ts';
import { paylinkToSend, sendInsideObject } from './old-worker.ts';
import { optionsOf } from './options.ts';
import { plan, resetAll } from './resets.ts';

/** What a worker exports by default. */
export type Handler = {
  fetch: (request: Request, env: Bindings, ctx: ExecutionContext) => Promise<Response> | Response;
  queue?: (batch: MessageBatch<QueueMessage>, env: Bindings, ctx: ExecutionContext) => Promise<void>;
  scheduled?: (controller: ScheduledController, env: Bindings, ctx: ExecutionContext) => Promise<void>;
};

/**
 * `GET /_platform` tells what the harness has done; `POST /_platform/reset` resets every object that may be reset, `/_platform/calm` ends what the plan does, `/_platform/sweep` does what the
 * cron trigger does.
 */
async function control(path: string, env: Bindings, sweep: () => Promise<void>): Promise<Response> {
  if (path === '/_platform/reset') await resetAll(env.COORDINATOR);
  if (path === '/_platform/calm') plan.stop();
  if (path === '/_platform/sweep') await sweep();
  return Response.json(meter.report());
}

const ended = () => new Response('The platform has ended the invocation.', { status: 500 });

/** A handler each of whose invocations has the platform's limits. */
export function withManners(handler: Handler): Required<Handler> {
  const scheduled: Required<Handler>['scheduled'] = async (controller, env, ctx) => {
    await invoke(optionsOf(env), ctx, null, (own) => handler.scheduled?.(controller, onPlatform(env), own));
  };
  return {
    fetch: async (request, env, ctx) => {
      const { pathname } = new URL(request.url);
      const trigger = { cron: '* * * * *', scheduledTime: Date.now(), noRetry: () => {} };
      if (pathname.startsWith('/_platform')) return control(pathname, env, async () => scheduled(trigger, env, ctx));
      const options = optionsOf(env);
      const inside = options.PLATFORM_SEND === 'object' ? paylinkToSend(request) : null;
      const answer = await invoke(options, ctx, request.signal, (own) =>
        inside === null
          ? handler.fetch(request, onPlatform(env), own)
          : sendInsideObject(onPlatform(env), inside, request.headers.get('idempotency-key')),
      );
      return answer ?? ended();
    },
    queue: async (batch, env, ctx) => {
      await invoke(optionsOf(env), ctx, null, (own) => handler.queue?.(batch, onPlatform(env), own));
    },
    scheduled,
  };
}
