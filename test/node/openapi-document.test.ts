import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { openApiText } from '../../src/site/openapi.ts';

it('openapi.json is valid by the schema of OpenAPI 3.1, and has no reference that leads nowhere', async () => {
  const document = JSON.parse(await openApiText());
  const validator = new Validator();
  expect(await validator.validate(document)).toMatchObject({ valid: true });
  expect(validator.version).toBe('3.1');
  const names = (kind: string) => Object.keys(document.components[kind]).map((name) => `#/components/${kind}/${name}`);
  const known = Object.keys(document.components).flatMap(names);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
  expect(references.length).toBeGreaterThan(100);
  expect([...new Set(references)].filter((reference) => !known.includes(reference ?? ''))).toEqual([]);
});

it('a document that breaks that schema is found', async () => {
  const broken = { openapi: '3.1.1', info: { title: 'x' }, paths: {} };
  expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
});
