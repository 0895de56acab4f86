import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** Marks a schema field whose value depends on who asks or when: events that select it are executed for each subscriber. */
export const perSubscriber = { perSubscriber: true } as const;

/** What subscribers must have in common to be sent the same result of an event. */
interface Sharing {
  document: DocumentNode;
  operationName: string | null | undefined;
  /** JSON of the variables that the selection of the event depends on; those of the root field's arguments don't matter any more. */
  variables: string;
}

const analysed = new WeakMap<DocumentNode, { shareable: boolean; variables: Set<string> }>();

/** Whether the events of a document are the same for everybody, and on which variables they depend. */
function analyse({ document, schema, operationName }: ExecutionArgs): { shareable: boolean; variables: Set<string> } {
  const known = analysed.get(document);
  if (known !== undefined) return known;
  const typeInfo = new TypeInfo(schema);
  const result = { shareable: getOperationAST(document, operationName) !== null, variables: new Set<string>() };
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field() {
        if (typeInfo.getFieldDef()?.extensions.perSubscriber === true) result.shareable = false;
      },
      // The arguments of the root field alone: not by depth, as the fields of a fragment are at the top, too.
      Argument() {
        const ofRootField =
          typeInfo.getParentType() === schema.getSubscriptionType() && typeInfo.getDirective() == null;
        return ofRootField ? false : undefined;
      },
      VariableDefinition: () => false,
      Variable: (node) => void result.variables.add(node.name.value),
    }),
  );
  analysed.set(document, result);
  return result;
}

/** How a subscription may share results with others; null if it may not. */
export function sharingOf(args: ExecutionArgs): Sharing | null {
  const { shareable, variables } = analyse(args);
  if (!shareable) return null;
  const given = Object.entries(args.variableValues ?? {}).filter(([name]) => variables.has(name));
  return { document: args.document, operationName: args.operationName, variables: JSON.stringify(given) };
}

type Result = ExecutionResult | Promise<ExecutionResult>;

/** Results by event, then by what the subscribers have in common; an event that is forgotten takes its results along. */
const results = new WeakMap<object, { sharing: Sharing; result: Result }[]>();

/** Executes an event once for all who selected the same fields of it. */
export function shareResult(event: object, sharing: Sharing, execute: () => Result): Result {
  let shared = results.get(event);
  if (shared === undefined) {
    shared = [];
    results.set(event, shared);
  }
  const found = shared.find(
    (each) =>
      each.sharing.document === sharing.document &&
      each.sharing.operationName === sharing.operationName &&
      each.sharing.variables === sharing.variables,
  );
  if (found !== undefined) return found.result;
  const entry = { sharing, result: execute() };
  shared.push(entry);
  if ('then' in entry.result) {
    const keep = (result: ExecutionResult) => {
      entry.result = result;
    };
    // Its failure is for those who wait for it.
    entry.result.then(keep, () => undefined);
  }
  return entry.result;
}

const texts = new WeakMap<ExecutionResult, string>();

/** A result as JSON, made once for all who share it. */
export function textOf(result: ExecutionResult): string {
  const known = texts.get(result);
  if (known !== undefined) return known;
  const text = JSON.stringify(result);
  texts.set(result, text);
  return text;
}
