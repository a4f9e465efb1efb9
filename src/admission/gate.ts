import { DurableObject } from 'cloudflare:workers';
import type { Bindings } from '../env.ts';

export class MerchantGate extends DurableObject<Bindings> {}
