/**
 * How much work one request may ask for. Pure, on documents that validation has passed (so fragments exist and have no cycles).
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** `depth` leaves room for the introspection query that tools send, the deepest there is a use for. */
export const limits = { tokens: 1000, depth: 15, rootFields: 10, size: 2000, answerBytes: 1024 * 1024 } as const;

export type Variables = { [name: string]: unknown };

/** The fragments of a document, by name. */
export const fragmentsOf = (document: DocumentNode): Map<string, FragmentDefinitionNode> => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
};

/** How deep the document's fields nest, through fragments. Each fragment is measured once, so the time is linear in the document. */
export function depthOf(document: DocumentNode): number {
  const fragments = fragmentsOf(document);
  const measured = new Map<string, number>();

  const ofFragment = (name: string): number => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, 0);
    const fragment = fragments.get(name);
    const depth = fragment ? ofSelections(fragment.selectionSet) : 0;
    measured.set(name, depth);
    return depth;
  };

  const ofSelections = (set: SelectionSetNode): number => {
    let deepest = 0;
    for (const selection of set.selections) {
      const depth =
        selection.kind === Kind.FIELD
          ? 1 + (selection.selectionSet ? ofSelections(selection.selectionSet) : 0)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? ofSelections(selection.selectionSet)
            : ofFragment(selection.name.value);
      deepest = Math.max(deepest, depth);
    }
    return deepest;
  };

  let deepest = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION)
      deepest = Math.max(deepest, ofSelections(definition.selectionSet));
  }
  return deepest;
}

/** Whether `@skip` and `@include` leave a selection in. */
export const isIncluded = (node: SelectionNode, variables: Variables): boolean =>
  node.directives === undefined ||
  node.directives.length === 0 ||
  (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false);

/**
 * The root fields that the operation runs, by response name and in order, as execution collects them (GraphQL §6.3.2 CollectFields):
 * after fragments, `@skip` and `@include`. `__typename` is no work and is left out. `variables` are coerced.
 */
export function rootFieldsOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Map<string, FieldNode> {
  const fragments = fragmentsOf(document);
  const visited = new Set<string>();
  const fields = new Map<string, FieldNode>();

  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD && visited.has(selection.name.value)) continue;
      if (!isIncluded(selection, variables)) continue;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        if (selection.name.value !== '__typename' && !fields.has(name)) fields.set(name, selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };

  collect(operation.selectionSet);
  return fields;
}

/** Quota units of a document: one for each root field of the chosen operation, at least one. */
export function costOf(document: DocumentNode, operationName: string | null | undefined, variables: Variables): number {
  const operation = getOperationAST(document, operationName);
  return operation ? Math.max(1, rootFieldsOf(document, operation, variables).size) : 1;
}
