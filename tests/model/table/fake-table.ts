import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  type DeleteCommand,
  GetCommand,
  type PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { holds, type Item, type Placeholders, updated } from "./expressions.ts";

/** The adapters' requests to a table. */
export type Command =
  | BatchGetCommand
  | BatchWriteCommand
  | DeleteCommand
  | GetCommand
  | PutCommand
  | QueryCommand
  | TransactWriteCommand
  | UpdateCommand;

/** DynamoDB's limit for one transaction. Each must be about another item. */
const MAX_ACTIONS = 100;

type Key = { readonly pk: string; readonly sk: string };
type Write = Placeholders & {
  readonly Key?: Item | undefined;
  readonly Item?: Item | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ConditionExpression?: string | undefined;
};

/**
 * A table for the adapters' requests. Each takes effect in one moment, except a transaction that is begun and not finished.
 * It has no index, since nothing here reads one.
 */
export class FakeTable {
  #items = new Map<string, Item>();
  /** Each item before its last write: a read that is not consistent may still see it. */
  readonly #before = new Map<string, Item | undefined>();
  /** The writes that a begun transaction has still to do. */
  readonly #unwritten = new Map<string, Write>();

  /** As DynamoDB would answer, or throw. */
  perform(command: Command): Item {
    if (command instanceof QueryCommand) return { Items: this.#query(command) };
    if (command instanceof GetCommand) return this.#get(command);
    if (command instanceof BatchGetCommand) return this.#getBatch(command);
    if (command instanceof TransactWriteCommand) return this.#transact(command);
    if (command instanceof BatchWriteCommand) return this.#deleteBatch(command);
    const write: Write = command.input;
    const key = keyOf(write);
    if (this.#unwritten.has(nameOf(key))) throw new TransactionConflictException(METADATA);
    const before = this.find(key);
    if (!holds(write.ConditionExpression, before, write)) throw conditionFailed(before);
    this.#write(write);
    return command instanceof UpdateCommand ? { Attributes: this.find(key) } : {};
  }

  /**
   * Writes the first item of a transaction, the record. Until it is finished, a query does not see the rest; a read of one
   * item does (developer guide, Isolation levels), and no other request writes those items.
   */
  begin({ input }: TransactWriteCommand): () => void {
    const [first, ...others] = this.#judged(input);
    if (first !== undefined) this.#write(first);
    for (const write of others) this.#unwritten.set(nameOf(keyOf(write)), write);
    return () => {
      for (const write of others) this.#finish(keyOf(write));
    };
  }

  find(key: Key): Item | undefined {
    return this.#items.get(nameOf(key));
  }

  remove(key: Key): void {
    this.#set(nameOf(key), undefined);
  }

  /** By their keys. */
  all(): readonly Item[] {
    return [...this.#items.entries()].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item);
  }

  partition(pk: string): readonly Item[] {
    return this.all().filter((item) => item["pk"] === pk);
  }

  #get({ input }: GetCommand): Item {
    const key = input.Key as Key;
    this.#finish(key);
    return found(input.ConsistentRead ? this.find(key) : this.#before.get(nameOf(key)));
  }

  /** Each item by itself, as `#get` reads it. */
  #getBatch({ input }: BatchGetCommand): Item {
    const responses = Object.entries(input.RequestItems ?? {}).map(([table, { Keys = [], ConsistentRead }]) => {
      const gets = Keys.map((Key) => this.#get(new GetCommand({ TableName: table, Key, ConsistentRead })));
      return [table, gets.flatMap(({ Item }) => Item ?? [])];
    });
    return { Responses: Object.fromEntries(responses) };
  }

  #finish(key: Key): void {
    const write = this.#unwritten.get(nameOf(key));
    this.#unwritten.delete(nameOf(key));
    if (write !== undefined) this.#write(write);
  }

  #query({ input }: QueryCommand): readonly Item[] {
    const items = input.ConsistentRead ? this.all() : [...this.#before.values()].filter((item) => item !== undefined);
    return items.filter((item) => holds(input.KeyConditionExpression, item, input));
  }

  #transact({ input }: TransactWriteCommand): Item {
    for (const write of this.#judged(input)) this.#write(write);
    return {};
  }

  /** The writes of a transaction that is not cancelled. */
  #judged(input: TransactWriteCommand["input"]): readonly Write[] {
    const writes = (input.TransactItems ?? []).map(
      ({ Put, Update, Delete }): Write => (Put ?? Update ?? Delete) as Write,
    );
    const names = new Set(writes.map((write) => nameOf(keyOf(write))));
    if (names.size < writes.length || writes.length > MAX_ACTIONS) throw new Error("no such transaction");
    const reasons = writes.map((write) => {
      if (this.#unwritten.has(nameOf(keyOf(write)))) return "TransactionConflict";
      return holds(write.ConditionExpression, this.find(keyOf(write)), write) ? "None" : "ConditionalCheckFailed";
    });
    if (reasons.some((reason) => reason !== "None")) throw cancelled(reasons);
    return writes;
  }

  #deleteBatch({ input }: BatchWriteCommand): Item {
    const unprocessed = Object.entries(input.RequestItems ?? {}).map(([table, requests]) => {
      const left = requests.filter(({ DeleteRequest }) => this.#unwritten.has(nameOf(DeleteRequest?.Key as Key)));
      for (const request of requests) if (!left.includes(request)) this.remove(request.DeleteRequest?.Key as Key);
      return [table, left] as const;
    });
    return { UnprocessedItems: Object.fromEntries(unprocessed.filter(([, left]) => left.length > 0)) };
  }

  #write(write: Write): void {
    const name = nameOf(keyOf(write));
    if (write.Item) this.#set(name, write.Item);
    else if (write.UpdateExpression) {
      this.#set(name, updated(write.UpdateExpression, this.#items.get(name) ?? { ...write.Key }, write));
    } else this.#set(name, undefined);
  }

  #set(name: string, item: Item | undefined): void {
    this.#before.set(name, this.#items.get(name));
    if (item === undefined) this.#items.delete(name);
    else this.#items.set(name, item);
  }
}

function nameOf({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}

function keyOf({ Key, Item }: Write): Key {
  return (Key ?? Item) as Key;
}

function found(item: Item | undefined): Item {
  return item === undefined ? {} : { Item: item };
}

const METADATA = { message: "", $metadata: {} };

function conditionFailed(item: Item | undefined): Error {
  return new ConditionalCheckFailedException({ ...METADATA, ...(item && { Item: marshall(item) }) });
}

export function cancelled(reasons: readonly string[]): Error {
  return new TransactionCanceledException({ ...METADATA, CancellationReasons: reasons.map((Code) => ({ Code })) });
}
