import type { DeliveryLog } from '../../src/model/delivery.ts';
import type { Paylink } from '../../src/model/paylink.ts';
import { coordinatorOf, newIdAt } from '../../src/paylink-id.ts';
import type {
  ClaimCommand,
  ClaimReply,
  Grant,
  ReportCommand,
  ReportReply,
} from '../../src/paylinks/coordinator/rpc.ts';
import type { ReportedOutcome } from '../../src/paylinks/domain/attempts.ts';
import { sendFingerprint } from '../../src/paylinks/domain/idempotency.ts';
import { findPaylink } from '../../src/paylinks/read.ts';
import { coordinatorStub, inCoordinator } from './providers/scripted-providers.ts';
import { contextOf } from './verbs.ts';

/** A claim of an email as a Worker makes it, of an operation of its own. */
export function aClaim(paylink: Paylink, some: Partial<ClaimCommand> = {}): ClaimCommand {
  const channels = some.channels ?? ['EMAIL'];
  return {
    operationId: newIdAt(Date.now(), coordinatorOf(paylink.id)),
    paylinkId: paylink.id,
    callerId: paylink.merchantId,
    createdBy: 'API Key',
    channels,
    to: null,
    requireEnabled: true,
    key: null,
    fingerprint: sendFingerprint(channels, null),
    skip: [],
    ...some,
  };
}

export const claim = (command: ClaimCommand): Promise<ClaimReply> => coordinatorStub(command.paylinkId).claim(command);

/** What a claim was granted; anything else fails the test. */
export function grantsOf(reply: ClaimReply | ReportReply): Grant[] {
  if (reply.kind !== 'granted') throw new Error(`not granted: ${JSON.stringify(reply)}`);
  return 'grants' in reply ? reply.grants : [reply.grant];
}

/** A report of how a call ended, with ten seconds left unless told otherwise. */
export const aReport = (
  { operationId, paylinkId }: ClaimCommand,
  grant: Grant,
  outcome: ReportedOutcome,
  some: Partial<ReportCommand> = {},
): ReportCommand => ({
  operationId,
  paylinkId,
  attemptId: grant.attemptId,
  outcome,
  skip: [],
  remainingMs: 10_000,
  ...some,
});

export const report = (command: ReportCommand): Promise<ReportReply> =>
  coordinatorStub(command.paylinkId).report(command);

/** An email that was claimed and whose provider is being asked. */
export async function asking(paylink: Paylink, some: Partial<ClaimCommand> = {}) {
  const command = aClaim(paylink, some);
  const [grant] = grantsOf(await claim(command));
  if (!grant) throw new Error('nothing was granted');
  return {
    command,
    grant,
    report: (outcome: ReportedOutcome, further: Partial<ReportCommand> = {}) =>
      report(aReport(command, grant, outcome, further)),
  };
}

export const ring = (paylinkId: string): Promise<void> =>
  inCoordinator(paylinkId, (coordinator) => coordinator.alarm());

/** The Paylink as D1 has it, for its own merchant. */
export async function stored(merchant: Parameters<typeof contextOf>[0], id: string): Promise<Paylink> {
  const paylink = await findPaylink(contextOf(merchant), id);
  if (!paylink) throw new Error('not found');
  return paylink;
}

export const statuses = ({ deliveryLogs }: Paylink): DeliveryLog['status'][] =>
  deliveryLogs.map(({ status }) => status);

/** The events after the Paylink's creation. */
export const told = ({ events }: Paylink): string[] => events.slice(1).map(({ type }) => type);
