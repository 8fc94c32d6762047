import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { Arbitrary } from "fast-check";
import { grantsId } from "../../../src/adapters/grants-id.ts";
import { parseGrant } from "../../../src/domain/grants/grant.ts";
import { isOfAccess } from "./access.ts";
import type { Item } from "./expressions.ts";
import type { Command } from "./fake-table.ts";
import { granted, inOrder, type Schedule, takenBack } from "./random.ts";
import type { Mutation } from "./scenario.ts";
import type { RequestInterceptor } from "./steps.ts";

export type Mutant = {
  readonly what: string;
  readonly mutation: Mutation;
  /** Those that must find it; `grantedAll`, if it says nothing. */
  readonly by?: Arbitrary<Schedule>;
};

type Writes = NonNullable<TransactWriteCommandInput["TransactItems"]>;
type Write = Writes[number];

/** Changes the writes of each transaction. */
function withWrites(change: (writes: Writes) => Writes): RequestInterceptor {
  return (command, ask) => {
    if (!(command instanceof TransactWriteCommand)) return ask(command);
    return ask(new TransactWriteCommand({ TransactItems: change(command.input.TransactItems ?? []) }));
  };
}

function keyOf({ Put, Update, Delete }: Write): Item {
  return (Put?.Item ?? Update?.Key ?? Delete?.Key ?? {}) as Item;
}

const isRow = (write: Write) => String(keyOf(write)["pk"]).startsWith("ENTITY#");
const isPart = (write: Write) => String(keyOf(write)["sk"]).startsWith("part#");

function alone({ Put, Update, Delete }: Write): Command {
  if (Put) return new PutCommand(Put);
  return (Update ? new UpdateCommand(Update as never) : new DeleteCommand(Delete as never)) as Command;
}

/** Takes the rows out of a transaction, and asks for them before or after it. */
function rowsApart(order: "before" | "after"): RequestInterceptor {
  return async (command, ask) => {
    if (!(command instanceof TransactWriteCommand)) return ask(command);
    const writes = command.input.TransactItems ?? [];
    const rows = writes.filter(isRow).map(alone);
    if (order === "before") for (const row of rows) await ask(row);
    const answer = await ask(new TransactWriteCommand({ TransactItems: writes.filter((write) => !isRow(write)) }));
    if (order === "after") for (const row of rows) await ask(row);
    return answer;
  };
}

function isChange(command: Command): command is UpdateCommand {
  return command instanceof UpdateCommand && String(command.input.ConditionExpression).startsWith("#revision = :found");
}

function isBurial(command: Command): command is UpdateCommand {
  return command instanceof UpdateCommand && String(command.input.UpdateExpression).includes("closedAt");
}

function hasValue(command: Command, name: string): command is UpdateCommand {
  return command instanceof UpdateCommand && Object.hasOwn(command.input.ExpressionAttributeValues ?? {}, name);
}

const isEnd = (command: Command) => hasValue(command, ":endedAs");
const isRenewal = (command: Command) => hasValue(command, ":GSI1SK");

/** Changes an update of a connection's end. */
function changing(
  isMeant: (command: Command) => boolean,
  change: (input: UpdateCommandInput) => Partial<UpdateCommandInput>,
): RequestInterceptor {
  return (command, ask) => {
    if (!(command instanceof UpdateCommand) || !isMeant(command)) return ask(command);
    return ask(new UpdateCommand({ ...command.input, ...change(command.input) }));
  };
}

/** The condition without its part on the token. */
const withoutToken = ({ ConditionExpression }: UpdateCommandInput) => ({
  ConditionExpression: String(ConditionExpression).split(" AND ")[0] as string,
});

/** A row copies the end that the record had when it was read. */
function copyingTheEnd(): RequestInterceptor {
  let end: unknown;
  return async (command, ask) => {
    if (command instanceof TransactWriteCommand) {
      const writes = (command.input.TransactItems ?? []).map((write) =>
        write.Put && isRow(write) ? { Put: { ...write.Put, Item: { ...write.Put.Item, expiresAt: end } } } : write,
      );
      return ask(new TransactWriteCommand({ TransactItems: writes }));
    }
    const answer = await ask(command);
    const [record] = (answer["Items"] ?? []) as readonly Item[];
    end = record?.["expiresAt"] ?? end;
    return answer;
  };
}

/** After a refused renewal the record is answered with another token's id. */
function notKnowingItsRenewal(): RequestInterceptor {
  let isRefused = false;
  let isAnswered = false;
  return async (command, ask) => {
    if (isRefused && !isAnswered && command instanceof GetCommand) {
      // Once only: it would try for ever.
      isAnswered = true;
      const { Item: item } = await ask(command);
      return { Item: { ...(item as Item), tokenId: "another" } };
    }
    return ask(command).catch((error: unknown) => {
      isRefused = isRenewal(command);
      throw error;
    });
  };
}

/** A refused end is answered without the item that refused it. */
const notKnowingItsEnd: RequestInterceptor = (command, ask) =>
  ask(command).catch((error: unknown) => {
    if (isEnd(command) && error instanceof ConditionalCheckFailedException) delete error.Item;
    throw error;
  });

/** Changes closing's update of the record. */
function markingClosed(change: (expression: string) => string): RequestInterceptor {
  return (command, ask) => {
    if (!isBurial(command)) return ask(command);
    const { input } = command;
    return ask(new UpdateCommand({ ...input, UpdateExpression: change(String(input.UpdateExpression)) }));
  };
}

/** Changes the items found under a connection's key. */
function finding(change: (items: readonly Item[]) => readonly Item[]): RequestInterceptor {
  return async (command, ask) => {
    const answer = await ask(command);
    return isOfRemains(command) ? { ...answer, Items: change((answer["Items"] ?? []) as readonly Item[]) } : answer;
  };
}

/** Some items may be answered as they were before. */
function weaklyInBatches(ofKey: string): RequestInterceptor {
  return (command, ask) => {
    if (!(command instanceof BatchGetCommand) || !JSON.stringify(command.input).includes(ofKey)) return ask(command);
    const tables = Object.entries(command.input.RequestItems ?? {});
    const weak = tables.map(([table, keys]) => [table, { ...keys, ConsistentRead: false }]);
    return ask(new BatchGetCommand({ RequestItems: Object.fromEntries(weak) }));
  };
}

/** A read that may be answered with what was there before. */
function weakly(isMeant: (command: GetCommand | QueryCommand) => boolean): RequestInterceptor {
  return (command, ask) => {
    if (!(command instanceof GetCommand || command instanceof QueryCommand) || !isMeant(command)) return ask(command);
    const input = { ...command.input, ConsistentRead: false };
    return ask(command instanceof GetCommand ? new GetCommand(input as never) : new QueryCommand(input as never));
  };
}

const isOfRemains = (command: Command) =>
  command instanceof QueryCommand && command.input.KeyConditionExpression === "pk = :connection";

/** Reads the record as it was when it was first read. */
function stale(): RequestInterceptor {
  let first: Item | undefined;
  return async (command, ask) => {
    const answer = await ask(command);
    if (!(command instanceof QueryCommand) || !String(command.input.KeyConditionExpression).includes("AND"))
      return answer;
    const shown = first ?? answer;
    // Once only: it catches up.
    first = first === undefined ? answer : undefined;
    return shown;
  };
}

/** After a row was read, the record is answered as it was before. */
function unconfirmed(): RequestInterceptor {
  let last: Item = {};
  let hasLookedForRow = false;
  return async (command, ask) => {
    const isConfirmation = command instanceof QueryCommand && hasLookedForRow;
    hasLookedForRow = command instanceof BatchGetCommand;
    if (isConfirmation) return last;
    const answer = await ask(command);
    if (command instanceof QueryCommand) last = answer;
    return answer;
  };
}

/** Deletes the last items first. */
function lastFirst(): RequestInterceptor {
  const held: { readonly command: Command; readonly ask: (command: Command) => Promise<Item> }[] = [];
  return async (command, ask) => {
    if (!(command instanceof BatchWriteCommand)) return ask(command);
    const isOfRows = JSON.stringify(command.input).includes("ENTITY#");
    if (isOfRows) {
      held.push({ command, ask });
      return {};
    }
    const answer = await ask(command);
    for (const later of held.splice(0)) await later.ask(later.command);
    return answer;
  };
}

/** Changes the requests of administrators' events and reviews. */
function ofReviews(interceptor: RequestInterceptor): Mutation {
  return { makeInterceptor: (operation) => (isOfAccess(operation) ? interceptor : (command, ask) => ask(command)) };
}

/** Changes the update of a record, alone or in a transaction. */
function changingRecords(change: (input: UpdateCommandInput) => Partial<UpdateCommandInput>): RequestInterceptor {
  const isRecord = ({ Key }: UpdateCommandInput) => Key?.["sk"] === "connection";
  const inTransaction = withWrites((writes) =>
    writes.map(({ Update, ...write }) =>
      Update === undefined ? write : { Update: { ...Update, ...change(Update as UpdateCommandInput) } as never },
    ),
  );
  return (command, ask) => {
    if (!(command instanceof UpdateCommand)) return inTransaction(command, ask);
    const { input } = command;
    return ask(isRecord(input) ? new UpdateCommand({ ...input, ...change(input) }) : command);
  };
}

/** The condition on the order of requests. */
const SEQ_CONDITION = / AND \(attribute_not_exists\(#seq\)[^)]*\)/;

function withCondition(change: (condition: string) => string): RequestInterceptor {
  return changingRecords(({ ConditionExpression: condition }) =>
    condition === undefined ? {} : { ConditionExpression: change(condition) },
  );
}

function withoutText(text: string): RequestInterceptor {
  return changingRecords(({ UpdateExpression }) => ({
    UpdateExpression: String(UpdateExpression).replace(text, ""),
  }));
}

const isNote = (write: Write) => keyOf(write)["sk"] === "untold";
const isGrants = (write: Write) => keyOf(write)["sk"] === "connection#grants";

/** Takes some writes out of a transaction, and asks for them after it. */
function apart(isMeant: (write: Write) => boolean): RequestInterceptor {
  return async (command, ask) => {
    if (!(command instanceof TransactWriteCommand)) return ask(command);
    const writes = command.input.TransactItems ?? [];
    const rest = writes.filter((write) => !isMeant(write));
    const answer = await ask(new TransactWriteCommand({ TransactItems: rest }));
    for (const write of writes.filter(isMeant)) await ask(alone(write));
    return answer;
  };
}

/** Takes the grants that it finds as the record's. */
const believingGrants: RequestInterceptor = async (command, ask) => {
  const answer = await ask(command);
  const items = (answer["Items"] ?? []) as readonly Item[];
  const found = items.find(({ sk }) => sk === "connection#grants");
  const record = items.find(({ sk }) => sk === "connection");
  if (record?.["grants"] === undefined || found === undefined) return answer;
  const grants = grantsId((found["grants"] as readonly string[]).flatMap((text) => parseGrant(text) ?? []));
  return { ...answer, Items: items.map((item) => (item === record ? { ...item, grants } : item)) };
};

/** Writes rows that it has read before with another part. */
function misplacing(): RequestInterceptor {
  const read = new Set<unknown>();
  return async (command, ask) => {
    if (command instanceof TransactWriteCommand) {
      const isRewritten = ({ Put }: Write) => read.has(Put?.Item?.["pk"]);
      return withWrites((writes) =>
        writes.map(
          (write) => (isRewritten(write) ? { Put: { ...write.Put, Item: elsewhere(write) } } : write) as Write,
        ),
      )(command, ask);
    }
    const answer = await ask(command);
    if (command instanceof BatchGetCommand) {
      for (const item of Object.values(Object(answer["Responses"])).flat()) read.add(Object(item).pk);
    }
    return answer;
  };
}

function elsewhere({ Put }: Write): Item {
  return { ...Put?.Item, part: Number(Put?.Item?.["part"]) + 1 };
}

/** The note on no condition. */
const overwritingNotes = withWrites((writes) =>
  writes.map((write) => (isNote(write) ? { Put: { TableName: "table", Item: keyOf(write) } } : write)),
);

/** A note that replaces the one before it. */
const forgettingNotes: RequestInterceptor = async (command, ask) => {
  const answer = await overwritingNotes(command, ask);
  if (!isOfRemains(command)) return answer;
  return { ...answer, Items: ((answer["Items"] ?? []) as readonly Item[]).filter(({ sk }) => sk !== "untold") };
};

/** A command without its condition. */
function unconditionally(isMeant: (command: Command) => boolean): RequestInterceptor {
  return (command, ask) => {
    if (!isMeant(command)) return ask(command);
    const { ConditionExpression: _, ExpressionAttributeValues: __, ...input } = command.input as PutCommandInput;
    return ask(command instanceof DeleteCommand ? new DeleteCommand(input as never) : new PutCommand(input));
  };
}

const isOfList = (command: Command) =>
  command instanceof PutCommand && String(command.input.Item?.["pk"]).startsWith("ACCESS#");

const isOfListQuery = (command: Command) =>
  command instanceof QueryCommand && command.input.KeyConditionExpression === "pk = :user";

/** Each breaks one rule. */
export const mutants: readonly Mutant[] = [
  {
    what: "a change on no condition",
    mutation: {
      interceptor: withWrites((writes) =>
        writes.map(({ Update, ...write }) => {
          if (Update === undefined) return write;
          const { ConditionExpression: _, ...rest } = Update;
          return { Update: rest };
        }),
      ),
    },
  },
  {
    what: "a request without effect that does not move the revision",
    mutation: { interceptor: async (command, ask) => (isChange(command) ? {} : ask(command)) },
  },
  { what: "a row that is written before its transaction", mutation: { interceptor: rowsApart("before") } },
  { what: "a row that is written after its transaction", mutation: { interceptor: rowsApart("after") } },
  {
    what: "a part that is not written with the record",
    mutation: { interceptor: withWrites((writes) => writes.filter((write) => !isPart(write))) },
  },
  {
    what: "a refusal that does not check whether the record has changed",
    mutation: { makeInterceptor: unconfirmed },
  },
  { what: "a limit that is checked by an eventually consistent read", mutation: { makeInterceptor: stale } },
  {
    what: "a row that is looked up by an eventually consistent read",
    mutation: { interceptor: weaklyInBatches("ENTITY#") },
  },
  {
    what: "a close that looks for leftovers by an eventually consistent read",
    mutation: { interceptor: weakly(isOfRemains) },
  },
  {
    what: "a close that leaves the revision",
    mutation: { interceptor: markingClosed((text) => text.replace(" #revision,", "")) },
  },
  {
    what: "a close that forgets the names in the record",
    mutation: { interceptor: markingClosed((text) => `${text}, names`) },
  },
  {
    what: "a close that does not look into the parts",
    mutation: { interceptor: finding((items) => items.filter(({ sk }) => sk === "connection")) },
  },
  {
    what: "a close that does not count the items that it found",
    mutation: { interceptor: finding((items) => items.map(({ count: _, ...item }) => item)) },
  },
  { what: "a close that removes the parts before the rows", mutation: { makeInterceptor: lastFirst } },
  {
    what: "a renewal on no condition",
    mutation: { interceptor: changing(isRenewal, () => ({ ConditionExpression: undefined })) },
  },
  {
    what: "a renewal that comes again after it was taken back",
    mutation: {
      interceptor: changing(isRenewal, ({ ConditionExpression }) => ({
        ConditionExpression: String(ConditionExpression).replace(/ AND [^ ]*renewals.*$/, ""),
      })),
    },
  },
  {
    what: "a renewal on the condition of the issuer only",
    mutation: { interceptor: changing(isRenewal, withoutToken) },
  },
  {
    what: "a renewal that leaves the connection in its old slot",
    mutation: {
      interceptor: changing(isRenewal, ({ UpdateExpression }) => ({
        UpdateExpression: String(UpdateExpression).replace(", #endSlot = :endSlot", ""),
      })),
    },
  },
  { what: "a renewal that does not know its own effect", mutation: { makeInterceptor: notKnowingItsRenewal } },
  { what: "a renewal that does not read the revocations after its write", mutation: { forgetsToCheck: true } },
  {
    what: "revocations that are read by an eventually consistent read",
    mutation: { interceptor: weaklyInBatches("REVOKED#") },
  },
  { what: "a row that copies an end which may be taken back", mutation: { makeInterceptor: copyingTheEnd } },
  {
    what: "an end on no condition on the token",
    mutation: { interceptor: changing(isEnd, withoutToken) },
  },
  { what: "an end that does not know its own effect", mutation: { interceptor: notKnowingItsEnd } },
  {
    what: "an end that leaves the revision",
    mutation: {
      interceptor: changing(isEnd, ({ UpdateExpression }) => ({
        UpdateExpression: String(UpdateExpression).replace(" #revision,", ""),
      })),
    },
  },
  { what: "a delivery that does not name the row that it read", mutation: { forgetsSeen: true } },
  {
    what: "a review that leaves the revision if it ends nothing",
    by: granted,
    mutation: ofReviews(async (command, ask) => (isChange(command) ? {} : ask(command))),
  },
  {
    what: "a review on no condition on the revision",
    by: granted,
    mutation: ofReviews(
      withCondition((condition) => condition.replace("#revision = :found", "attribute_not_exists(closedAt)")),
    ),
  },
  {
    what: "other grants of a token that leave the revision",
    by: granted,
    mutation: { interceptor: withoutText(", revision :one") },
  },
  { what: "grants that are written after the record", by: granted, mutation: { interceptor: apart(isGrants) } },
  { what: "grants that are read without the record's digest", by: granted, mutation: { interceptor: believingGrants } },
  { what: "a request that decides once, whatever changes", by: granted, mutation: { decidesOnce: true } },
  {
    what: "a request on no condition on the order",
    by: inOrder,
    mutation: { interceptor: withCondition((condition) => condition.replace(SEQ_CONDITION, "")) },
  },
  {
    what: "a continued request that fails on its own number",
    by: inOrder,
    mutation: { interceptor: withCondition((condition) => condition.replace("#seq <= :seq", "#seq < :seq")) },
  },
  {
    what: "a request that does not note its number",
    by: inOrder,
    mutation: { interceptor: withoutText(", #seq = :seq") },
  },
  {
    what: "a note of what is untold that is written after the ends",
    by: granted,
    mutation: { interceptor: apart(isNote) },
  },
  {
    what: "a note that overwrites one that its review has not seen",
    by: takenBack,
    mutation: { interceptor: overwritingNotes },
  },
  { what: "a note that forgets what an earlier one had", by: granted, mutation: { interceptor: forgettingNotes } },
  {
    what: "a note that is removed after another one replaced it",
    by: takenBack,
    mutation: { interceptor: unconditionally((command) => command instanceof DeleteCommand) },
  },
  { what: "a row that is written again with another part", by: granted, mutation: { makeInterceptor: misplacing } },
  {
    what: "a row with an end of its own that the record does not note",
    by: granted,
    mutation: { interceptor: withoutText(", #bounded = :bounded") },
  },
  {
    what: "an administrators' change that overwrites one that it has not seen",
    by: granted,
    mutation: { interceptor: unconditionally(isOfList) },
  },
  {
    what: "an administrators' list that is read by an eventually consistent read",
    by: granted,
    mutation: { interceptor: weakly(isOfListQuery) },
  },
];
