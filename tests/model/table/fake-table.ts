import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  GetCommand,
  type PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { holds, type Item, type Placeholders, updated } from "./expressions.ts";

/** The adapters' requests to a table. */
export type Command = BatchWriteCommand | GetCommand | PutCommand | QueryCommand | TransactWriteCommand | UpdateCommand;

type Key = { readonly pk: string; readonly sk: string };
type Write = Placeholders & {
  readonly Key?: Item | undefined;
  readonly Item?: Item | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ConditionExpression?: string | undefined;
};

/** A table that does what the adapters ask, each request in one moment. No index: it is read by nothing here. */
export class FakeTable {
  #items = new Map<string, Item>();

  /** As DynamoDB would answer, or throw. */
  perform(command: Command): Item {
    if (command instanceof QueryCommand) return { Items: this.#query(command) };
    if (command instanceof GetCommand) return found(this.find(command.input.Key as Key));
    if (command instanceof TransactWriteCommand) return this.#transact(command);
    if (command instanceof BatchWriteCommand) return this.#deleteBatch(command);
    const write: Write = command.input;
    const key = keyOf(write);
    const before = this.find(key);
    if (!holds(write.ConditionExpression, before, write)) throw conditionFailed(before);
    this.#write(write);
    return command instanceof UpdateCommand ? { Attributes: this.find(key) } : {};
  }

  find({ pk, sk }: Key): Item | undefined {
    return this.#items.get(`${pk} ${sk}`);
  }

  remove({ pk, sk }: Key): void {
    this.#items.delete(`${pk} ${sk}`);
  }

  /** By their keys. */
  all(): readonly Item[] {
    return [...this.#items.entries()].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item);
  }

  partition(pk: string): readonly Item[] {
    return this.all().filter((item) => item["pk"] === pk);
  }

  #query({ input }: QueryCommand): readonly Item[] {
    return this.all().filter((item) => holds(input.KeyConditionExpression, item, input));
  }

  #transact({ input }: TransactWriteCommand): Item {
    const writes = (input.TransactItems ?? []).map(
      ({ Put, Update, Delete }): Write => (Put ?? Update ?? Delete) as Write,
    );
    const reasons = writes.map((write) =>
      holds(write.ConditionExpression, this.find(keyOf(write)), write) ? "None" : "ConditionalCheckFailed",
    );
    if (reasons.some((reason) => reason !== "None")) throw cancelled(reasons);
    for (const write of writes) this.#write(write);
    return {};
  }

  #deleteBatch({ input }: BatchWriteCommand): Item {
    for (const { DeleteRequest } of Object.values(input.RequestItems ?? {}).flat())
      this.remove(DeleteRequest?.Key as Key);
    return {};
  }

  #write(write: Write): void {
    const key = keyOf(write);
    const name = `${key.pk} ${key.sk}`;
    if (write.Item) this.#items.set(name, write.Item);
    else if (write.UpdateExpression) {
      this.#items.set(name, updated(write.UpdateExpression, this.#items.get(name) ?? { ...write.Key }, write));
    } else this.#items.delete(name);
  }
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
