import app from './app.ts';

export { MerchantGate } from './admission/gate.ts';
export { PaylinkCoordinator } from './paylinks/coordinator.ts';

export default { fetch: app.fetch };
