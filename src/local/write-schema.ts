// `npm run schema`: writes the GraphQL schema to public/schema.graphql, for people and for tools that make clients of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaText } from '../http/graphql/schema-text.ts';

const directory = join(import.meta.dirname, '../../public');
mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, 'schema.graphql'), schemaText());
