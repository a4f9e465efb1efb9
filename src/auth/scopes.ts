import { type Refusal, refusal } from '../errors.ts';
import { type Caller, type Scope, scopes } from '../model/caller.ts';

/** The merchant may do nothing for now. Its pages stay open. */
export const suspended = refusal('suspended', 'This merchant is suspended. Ask the operator of the gateway.');

/** Whether a credential has a scope; null has all. */
export const hasScope = (owned: readonly Scope[] | null, scope: Scope): boolean =>
  owned === null || owned.includes(scope);

/** Why a caller may not do what any of these scopes would allow; null: it may. */
export function lackOf(caller: Pick<Caller, 'scopes'>, needed: readonly Scope[]): Refusal | null {
  if (needed.some((scope) => hasScope(caller.scopes, scope))) return null;
  const names = needed.join(' or ');
  return refusal('forbidden', `This credential lacks the scope ${names}.`, { facts: { scope: names } });
}

/** The scopes of a credential, one by one. */
export const listOf = (owned: readonly Scope[] | null): readonly Scope[] => owned ?? scopes;

/**
 * The scopes of a credential that a caller issues: those asked for, or all that the caller has. A caller cannot give what it lacks.
 * @returns null: all, also those to come
 */
export function scopesToIssue(
  caller: Pick<Caller, 'scopes'>,
  asked: readonly Scope[] | null,
): { kind: 'scopes'; scopes: Scope[] | null } | { kind: 'refused'; refusal: Refusal } {
  const wanted = asked ?? caller.scopes;
  if (wanted === null) return { kind: 'scopes', scopes: null };
  for (const scope of wanted) {
    const lack = lackOf(caller, [scope]);
    if (lack) return { kind: 'refused', refusal: lack };
  }
  return { kind: 'scopes', scopes: [...new Set(wanted)] };
}
