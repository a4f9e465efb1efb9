import type { Bindings } from '../src/env.ts';
import type { Merchant } from '../src/model.ts';
import type { HitCounter } from './peer-admission.ts';

/** The gateway's variables and database; of its objects none is bound. */
export type PeerBindings = Bindings & { HITS: DurableObjectNamespace<HitCounter> };

export type PeerEnv = { Bindings: PeerBindings; Variables: { merchant: Merchant } };
