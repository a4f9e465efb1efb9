// Runs on the machine's own Node (≥ 20), after `npm ci` and before wrangler bundles: no imports but Node's own.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const source = path('node_modules/libphonenumber-js/metadata.min.json');
const wholeSource = path('node_modules/libphonenumber-js/metadata.max.json');
export const phoneMetadataFile = path('src/paylinks/recipients/phone-metadata.generated.ts');

/** How a number is written for display: the formats, the rule of the national prefix in them, and whether it may be left out. */
const display = new Set([4, 6, 9]);

/**
 * A numbering plan (by position, see libphonenumber-js's metadata.js) that is only good for reading a number.
 * @param {unknown[]} plan
 */
function readable(plan) {
  const kept = plan.map((part, position) => (display.has(position) ? 0 : part));
  return kept.slice(0, kept.findLastIndex((part) => part !== 0) + 1);
}

/** Where a plan has its types, and which of them cost somebody: toll-free, premium rate, personal, universal access, shared cost. */
const TYPES = 11;
const costly = [2, 3, 4, 6, 9];

/**
 * A country's numbers that cost more than a text message, as the text of a regular expression; '' where it has none.
 * @param {unknown[]} plan of the `max` metadata
 */
function costlyPattern(plan) {
  const types = plan[TYPES];
  if (!Array.isArray(types)) return '';
  return costly.flatMap((type) => (Array.isArray(types[type]) ? [types[type][0]] : [])).join('|');
}

/** @param {Record<string, unknown[]>} all */
const costlyPatterns = (all) =>
  Object.entries(all)
    .map(([name, plan]) => [name, costlyPattern(plan)])
    .filter(([, pattern]) => pattern !== '')
    .map(([name, pattern]) => `  ${JSON.stringify(name)}: ${JSON.stringify(pattern)},\n`)
    .join('');

/** @param {Record<string, unknown[]>} all */
const plans = (all) =>
  Object.entries(all)
    .map(([name, plan]) => `    ${JSON.stringify(name)}: ${JSON.stringify(readable(plan))},\n`)
    .join('');

/** libphonenumber-js's `min` metadata without how numbers are displayed, and of `max` which numbers cost, as the text of a module. */
export function phoneMetadataModule() {
  const metadata = JSON.parse(readFileSync(source, 'utf8'));
  const whole = JSON.parse(readFileSync(wholeSource, 'utf8'));
  return `import type { MetadataJson } from 'libphonenumber-js/core';

// Generated from libphonenumber-js by src/local/generate-phone-metadata.mjs: not to be edited, and not committed.
export const phoneMetadata: MetadataJson = {
  version: ${metadata.version},
  country_calling_codes: ${JSON.stringify(metadata.country_calling_codes)},
  countries: {
${plans(metadata.countries)}  },
  nonGeographic: {
${plans(metadata.nonGeographic)}  },
};

/** Premium, shared-cost, toll-free, personal and universal-access numbers by country: national numbers, as regular expressions. */
export const costlyPatterns: { readonly [country: string]: string } = {
${costlyPatterns(whole.countries)}};
`;
}

/**
 * Writes the phone metadata, unless it is there and what the installed library knows.
 * @param {string} [file] where to
 */
export function generatePhoneMetadata(file = phoneMetadataFile) {
  const text = phoneMetadataModule();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  // Renamed into place, so that no reader sees half a file.
  const part = `${file}.${process.pid}`;
  writeFileSync(part, text);
  renameSync(part, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generatePhoneMetadata();
