import type { WebhookEndpoint } from '../../../store/webhook-endpoints.ts';
import type { Tone } from '../parts/panel.tsx';

/** How an endpoint fares, in a word. */
export function stateOf(endpoint: WebhookEndpoint): { text: string; tone: Tone } {
  if (endpoint.disabledAt !== null) return { text: 'Off', tone: 'calm' };
  return endpoint.failingSince === null ? { text: 'On', tone: 'good' } : { text: 'Failing', tone: 'bad' };
}

const offWhy: { [reason: string]: string } = {
  merchant: 'It was switched off here or by the API.',
  gone: 'It answered 410, which asks for no more events.',
  failing: 'It failed for too long.',
};

/** Why an endpoint is off. */
export const whyOff = ({ disabledReason }: WebhookEndpoint): string =>
  offWhy[disabledReason ?? ''] ?? disabledReason ?? 'It is switched off.';

const errors: { [error: string]: string } = {
  timeout: 'No answer in 15 s',
  connection_failed: 'Not reachable',
  address_refused: 'Not a public address',
};

/** Why an attempt came to nothing, where no answer came. */
export const errorText = (error: string): string => errors[error] ?? error.replaceAll('_', ' ');

/** Which events it hears of. */
export const eventsOf = ({ eventTypes }: Pick<WebhookEndpoint, 'eventTypes'>): string =>
  eventTypes.includes('*') ? 'All events' : `${eventTypes.length} ${eventTypes.length === 1 ? 'event' : 'events'}`;
