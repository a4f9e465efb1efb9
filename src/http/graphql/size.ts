/** How many fields an operation makes execution resolve. Pure, on documents that validation has passed. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { fragmentsOf, isIncluded, type Variables } from './limits.ts';

/** How many entries a list of data is taken to have. */
const LIST_WEIGHT = 10;

/** The same for introspection's lists, by field. The query that every tool sends weighs most of the bound with these. */
const introspectionWeights: Record<string, number> = {
  types: 8,
  directives: 4,
  fields: 4,
  enumValues: 4,
  inputFields: 2,
  args: 1,
  interfaces: 1,
  possibleTypes: 1,
};

/** A response name counts one more for every so many characters, as it stands in the answer once for each entry of a list. */
const NAME_CHARACTERS = 32;

/** A type of ours has at most so many wrappers (`[T!]!`): below them `ofType` is null. */
const MAX_WRAPPERS = 3;

/**
 * The expanded size: fields after fragments, aliases, `@skip` and `@include`, those below a list counted once for each of its (assumed)
 * entries. Each selection set is measured once, so the time does not grow with the size. `variables` are coerced.
 */
export function sizeOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number {
  const fragments = fragmentsOf(document);
  const measured = new Map<SelectionSetNode, number[]>();

  const ofSet = (set: SelectionSetNode, type: GraphQLObjectType, wrappers: number): number => {
    const sizes = measured.get(set) ?? [];
    measured.set(set, sizes);
    const known = sizes[wrappers];
    if (known !== undefined) return known;
    let size = 0;
    for (const field of fieldsOf(set, new Set())) size += ofField(field, type, wrappers);
    sizes[wrappers] = size;
    return size;
  };

  /** The fields that execution collects of a set. One that stands there twice is merged there, and counted twice here. */
  const fieldsOf = (set: SelectionSetNode, visited: Set<string>): FieldNode[] =>
    set.selections.flatMap((selection) => {
      if (!isIncluded(selection, variables)) return [];
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, visited);
      const name = selection.name.value;
      const fragment = fragments.get(name);
      if (!fragment || visited.has(name)) return [];
      visited.add(name);
      return fieldsOf(fragment.selectionSet, visited);
    });

  /** `wrappers`: how many `ofType` stand directly above. */
  const ofField = (field: FieldNode, parent: GraphQLObjectType, wrappers: number): number => {
    const name = field.name.value;
    const own = 1 + Math.floor((field.alias ?? field.name).value.length / NAME_CHARACTERS);
    const definition =
      name === '__schema' ? SchemaMetaFieldDef : name === '__type' ? TypeMetaFieldDef : parent.getFields()[name];
    const type = definition && getNamedType(definition.type);
    if (!field.selectionSet || !type || !isObjectType(type)) return own;
    const isWrapped = name === 'ofType' && parent.name === '__Type';
    if (isWrapped && wrappers === MAX_WRAPPERS) return own;
    const inner = ofSet(field.selectionSet, type, isWrapped ? wrappers + 1 : 0);
    if (!isListType(getNullableType(definition.type))) return own + inner;
    const weight = parent.name.startsWith('__') ? introspectionWeights[name] : undefined;
    return own + inner * (weight ?? LIST_WEIGHT);
  };

  const root = schema.getRootType(operation.operation);
  return root ? ofSet(operation.selectionSet, root, 0) : 0;
}
