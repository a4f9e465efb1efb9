import { MerchantGate } from '../../admission/merchant-limiter.ts';
import type { Bindings } from '../../env.ts';
import { PaylinkCoordinator } from '../../paylinks/coordinator/coordinator.ts';
import { collected } from './deliveries.ts';
import { onRealClock } from './moved-world.ts';

/** An alarm for a moment of the moved clock: it would ring at once, over and over, as that moment is past. */
function moveAlarms(storage: DurableObjectStorage): void {
  const set = storage.setAlarm.bind(storage);
  storage.setAlarm = (at, options) => set(onRealClock(Number(at)), options);
}

/** The gateway's own coordinator, on the moved clock. */
export class SeedingCoordinator extends PaylinkCoordinator {
  constructor(state: DurableObjectState, env: Bindings) {
    moveAlarms(state.storage);
    super(state, { ...env, EVENTS: collected });
  }

  /** Looks after what is due now: what its alarm does. */
  ring(): Promise<void> {
    return this.alarm();
  }
}

/** The gateway's own merchant limiter, on the moved clock. */
export class SeedingGate extends MerchantGate {
  constructor(state: DurableObjectState, env: Bindings) {
    moveAlarms(state.storage);
    super(state, env);
  }
}
