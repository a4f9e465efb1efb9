// One plain closing line out of vitest's JSON report: `tests: 345 passed, 0 failed`.
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';

const [file] = process.argv.slice(2);
if (!file || !existsSync(file)) {
  console.log('tests: 0 passed, 1 failed (vitest left no report)');
  process.exit(1);
}
const report = JSON.parse(readFileSync(file, 'utf8'));
// A test file that could not be loaded has no tests that could fail.
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
).length;
const skipped = report.numPendingTests + report.numTodoTests;
console.log(
  `tests: ${report.numPassedTests} passed, ${report.numFailedTests + broken} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
