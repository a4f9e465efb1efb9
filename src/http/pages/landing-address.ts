/** What the built landing page has for the gateway's own address, which the Worker puts in (landing.ts). */
export const LANDING_ADDRESS = 'http://localhost:8787';
