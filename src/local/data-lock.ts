import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What this process holds until it ends. */
const held: DatabaseSync[] = [];

/**
 * Claims a data directory for this process, for as long as it lives. It is a lock of the operating system on a file (SQLite's), so it
 * ends with the process, however that ends, and two that start at once cannot both have it.
 * @returns false: another process has it
 */
export function lockData(persistTo: string): boolean {
  const file = new DatabaseSync(join(persistTo, 'start.lock'), { timeout: 0 });
  try {
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    held.push(file);
    return true;
  } catch (error) {
    file.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return false;
    throw error;
  }
}
