import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaText } from '../../src/http/graphql/schema-text.ts';

test('public/schema.graphql is the schema that the gateway answers by; `npm run schema` writes it', () => {
  expect(readFileSync('public/schema.graphql', 'utf8')).toBe(schemaText());
});
