import { printSchema } from 'graphql';
import { schema } from './schema.ts';

/** The schema as public/schema.graphql has it. */
export const schemaText = (): string => `${printSchema(schema)}\n`;
