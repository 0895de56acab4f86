import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * Marks a schema field whose value depends on the caller or the time: events that select it are executed per
 * subscriber.
 */
export const perSubscriber = { perSubscriber: true } as const;

/** The properties that subscribers must have in common to share the result of an event. */
interface Sharing {
  document: DocumentNode;
  operationName: string | null | undefined;
  /**
   * JSON of the variables that the event's selection depends on; those of the root field's arguments no longer matter.
   */
  variables: string;
  /** Field values may depend on it, such as the messages that a watch token may not read. */
  audience: string;
}

const analysed = new WeakMap<DocumentNode, { shareable: boolean; variables: Set<string> }>();

/** Whether the events of a document are the same for all subscribers, and on which variables they depend. */
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
      // Only the arguments of the root field. Not by depth, because fields of fragments are also at the top.
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

/** How a subscription may share results with others of its audience; null if it may not. */
export function sharingOf(args: ExecutionArgs, audience: string): Sharing | null {
  const { shareable, variables } = analyse(args);
  if (!shareable) return null;
  const given = Object.entries(args.variableValues ?? {}).filter(([name]) => variables.has(name));
  return { document: args.document, operationName: args.operationName, variables: JSON.stringify(given), audience };
}

type Result = ExecutionResult | Promise<ExecutionResult>;

/** Results by event, then by what the subscribers have in common; they are garbage-collected with the event. */
const results = new WeakMap<object, { sharing: Sharing; result: Result }[]>();

/** Executes an event once for all subscribers that selected the same fields. */
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
      each.sharing.variables === sharing.variables &&
      each.sharing.audience === sharing.audience,
  );
  if (found !== undefined) return found.result;
  const entry = { sharing, result: execute() };
  shared.push(entry);
  if ('then' in entry.result) {
    const keep = (result: ExecutionResult) => {
      entry.result = result;
    };
    // Its waiters handle the failure.
    entry.result.then(keep, () => undefined);
  }
  return entry.result;
}

const texts = new WeakMap<ExecutionResult, string>();

/** The JSON of a result, created once for all subscribers that share it. */
export function textOf(result: ExecutionResult): string {
  const known = texts.get(result);
  if (known !== undefined) return known;
  const text = JSON.stringify(result);
  texts.set(result, text);
  return text;
}
