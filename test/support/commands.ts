import { execFileSync } from 'node:child_process';

/** Whether a command runs here: it does with these arguments. */
export const isThere = ([command = '', ...args]: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
