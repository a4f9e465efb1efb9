import { variableNames, wrongVariables } from '../env.ts';
import { nearest } from './nearest.ts';

/**
 * What is wrong with the variables of a start, as one sentence; null: nothing. Values are not repeated: they may be secrets.
 * @param variables every one that the gateway would be given @param known names that are right beside the gateway's own
 */
export function faultOf(variables: ReadonlyMap<string, string>, known: readonly string[] = []): string | null {
  const names = [...variableNames, ...known];
  const unknown = [...variables.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) return sentence(unknown.map((name) => misnamed(name, names)));
  const wrong = wrongVariables(Object.fromEntries(variables));
  return wrong.length === 0 ? null : sentence(wrong);
}

function misnamed(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  return meant ? `${name}: did you mean ${meant}?` : `${name}: no such variable (docs/operations.md has them all)`;
}

function sentence(faults: readonly string[]): string {
  const text = faults.join('; ');
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
