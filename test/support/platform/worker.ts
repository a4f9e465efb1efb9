// The gateway with the platform's manners, which the local runtime does not have: few connections, latency, resets, invocations that
// end. It subclasses and wraps what src/index.ts exports; src/ knows nothing of it.
import './fetch.ts';
import type { Bindings } from '../../../src/env.ts';
import gateway, { PaylinkCoordinator as Coordinator, MerchantGate as Gate } from '../../../src/index.ts';
import { insideObject } from './bindings.ts';
import { withManners } from './handler.ts';
import { beginLife } from './lives.ts';
import { hostMethods } from './objects.ts';
import { callMayReset, mayBeReset, reset } from './resets.ts';

export class PaylinkCoordinator extends Coordinator {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, insideObject(env, beginLife(ctx, env)));
    mayBeReset(ctx);
  }

  async resetNow(): Promise<void> {
    reset(this.ctx);
  }
}
hostMethods(PaylinkCoordinator, Coordinator, callMayReset);

export class MerchantGate extends Gate {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, insideObject(env, beginLife(ctx, env)));
  }
}
hostMethods(MerchantGate, Gate);

export default withManners(gateway);
