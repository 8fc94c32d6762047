import { type QueryCommand, ScanCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { DynamoAdministeredAccess } from "../../../src/adapters/dynamodb/dynamo-administered-access.ts";
import { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoEndingConnections } from "../../../src/adapters/dynamodb/dynamo-ending-connections.ts";
import { DynamoRevocationList } from "../../../src/adapters/dynamodb/dynamo-revocation-list.ts";
import { DynamoSubscriptionReviews } from "../../../src/adapters/dynamodb/dynamo-subscription-reviews.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import type { EndedByReview } from "../../../src/application/ports/subscription-reviews.ts";
import { type EntityPattern, type Grant, parseGrant } from "../../../src/domain/grants/grant.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import type { TokenId } from "../../../src/domain/token/token-facts.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { aSubscription } from "../../support/a-subscription.ts";
import { createTable } from "../../support/create-table.ts";
import { renewalOf } from "../../support/life-stores.ts";
import { subscribeOne, unsubscribeOne } from "../../support/one-subscription.ts";
import type { Item } from "./expressions.ts";
import { type Command, FakeTable } from "./fake-table.ts";
import { setsAsLists } from "./steps.ts";

type Ending = { readonly answer: Item } | { readonly thrown: unknown };

async function endingOf(work: () => unknown): Promise<Ending> {
  try {
    return { answer: (await work()) as Item };
  } catch (thrown) {
    return { thrown };
  }
}

/** The items of a batch come in any order, and tables have other names. */
function foundIn(responses: unknown): readonly string[] {
  const items = Object.values(Object(responses)).flat() as Item[];
  return items.map((item) => JSON.stringify(Object.entries(item).toSorted(), setsAsLists)).toSorted();
}

/** The parts of an answer that the adapters read, or the error with its reasons. */
function summaryOf(ending: Ending): Item {
  if ("answer" in ending) {
    const { Items, Item, Attributes, Responses } = ending.answer;
    return { Items, Item, tail: Object(Attributes).tail, found: foundIn(Responses) };
  }
  const { name, CancellationReasons = [] } = ending.thrown as {
    readonly name: string;
    readonly CancellationReasons?: readonly { readonly Code?: string }[];
  };
  return { name, reasons: CancellationReasons.map(({ Code }) => Code) };
}

/** Repeats it as the SDK may; a token would make DynamoDB apply a transaction once. */
function again(command: Command): Command {
  if (!(command instanceof TransactWriteCommand)) return command;
  const { ClientRequestToken: _, ...input } = command.input;
  return new TransactWriteCommand(input);
}

const GRANT = parseGrant("subscribe:order-17") as Grant;
const ALLOWED = { kind: "allowed", rule: "TEST" } as const;
const DENIED = { kind: "denied", rule: "TEST" } as const;

const operation = fc.record({
  kind: fc.constantFrom(
    ...["subscribe", "subscribe", "subscribe", "unsubscribe", "unsubscribe", "close", "open", "repeat"],
    ...["renew", "renew", "take-back", "end", "revoke", "concerning"],
    ...["review", "review", "forget", "grant", "withdrawal"],
  ),
  number: fc.nat({ max: 5 }),
});

describe.skipIf(!inject("containerEngine"))("the fake table", () => {
  let real: DynamoTable;
  beforeAll(async () => {
    real = await createTable();
  });

  it("answers all that the adapters ask as DynamoDB does, also what comes again and too late", async () => {
    const asked = new Set<string>();
    const refusals = new Set<unknown>();

    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 20 }), async (operations) => {
        const fake = new FakeTable();
        const sent: Command[] = [];
        const send = async (command: Command): Promise<Item> => {
          sent.push(command);
          const expected = await endingOf(() => real.documents.send(command as QueryCommand));
          const actual = await endingOf(() => fake.perform(command));
          expect(summaryOf(actual)).toEqual(summaryOf(expected));
          asked.add(command.constructor.name);
          if ("answer" in actual) return actual.answer;
          refusals.add(summaryOf(actual)["name"]);
          throw actual.thrown;
        };
        const table = { ...real, documents: { send } as never };
        const connections = new DynamoConnectionStore(table);
        const subscriptions = new DynamoSubscriptionStore(table, { pause: async () => undefined, now: () => 0 });
        const renewals = new DynamoConnectionRenewals(table);
        const endings = new DynamoEndingConnections(table);
        const revocations = new DynamoRevocationList(table);
        const reviews = new DynamoSubscriptionReviews(table);
        const administered = new DynamoAdministeredAccess(table);
        let seq = 0;
        let untold: EndedByReview | undefined;
        const connection = aConnection({ expiresAt: addSeconds(NOW, 60) });
        await connections.open(connection, []);
        const { userId } = connection.identity;
        const renewalBy = (number: number) => {
          const facts = { expiresAt: addSeconds(NOW, 90 + number), tokenId: `${number}` as TokenId };
          return renewalOf(connection, facts, number % 2 === 0 ? [GRANT] : []);
        };
        for (const { kind, number } of operations) {
          // Long enough for a few of them to fill the record.
          const subscription = aSubscription(connection, `${"e".repeat(240)}${number}` as EntityId);
          seq += 1;
          if (kind === "subscribe") await subscribeOne(subscriptions, subscription, NOW, { limit: 5, seq });
          if (kind === "unsubscribe") await unsubscribeOne(subscriptions, subscription, NOW, { seq });
          if (kind === "open") await connections.open(connection, []);
          if (kind === "renew") await renewals.renew(renewalBy(number), NOW, async () => undefined);
          if (kind === "take-back") await renewals.takeBack(renewalBy(number), { token: connection.token, grants: [] });
          if (kind === "end") {
            const [found] = await endings.inspect([connection.id], NOW);
            if (found?.kind === "open") await endings.end(found.connection, "TOKEN_EXPIRED", NOW);
          }
          if (kind === "revoke") {
            await revocations.add(
              { kind: "user", userId, issuedBefore: addSeconds(NOW, number) },
              addSeconds(NOW, 9 - number),
            );
          }
          if (kind === "concerning") await revocations.concerning({ userId, token: connection.token });
          if (kind === "close") {
            await connections.close(connection.id, NOW);
            await subscriptions.unsubscribeAll(connection.id);
          }
          if (kind === "review") {
            const decide = async () => [number % 2 === 0 ? DENIED : { ...ALLOWED, until: addSeconds(NOW, number) }];
            const rules = { pattern: subscription.entityId as string as EntityPattern, decide, decision: "one" };
            ({ untold } = await reviews.review(connection.id, NOW, rules));
          }
          if (kind === "forget") {
            await reviews.forgetUntold(connection.id, untold ?? { ended: [], revision: number });
          }
          if (kind === "grant" || kind === "withdrawal") {
            await administered.record({ ...GRANT, userId, kind, at: addSeconds(NOW, number) });
          }
          const earlier = sent[(number * 7) % sent.length];
          if (kind === "repeat" && earlier) await endingOf(() => send(again(earlier)));
        }
        const { Items = [] } = await real.documents.send(new ScanCommand({ TableName: real.name }));
        const keyOf = ({ pk, sk }: Item) => `${pk} ${sk}`;
        const isOfThis = (item: Item) => [connection.id, userId].some((id) => keyOf(item).includes(id));
        const left = Items.filter(isOfThis);
        expect(left.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))).toEqual(fake.all());
      }),
      { numRuns: 20, seed: 17 },
    );

    expect([...asked].sort()).toEqual(
      ["BatchGet", "BatchWrite", "Delete", "Get", "Put", "Query", "TransactWrite", "Update"].map(
        (name) => `${name}Command`,
      ),
    );
    expect(refusals).toEqual(new Set(["ConditionalCheckFailedException", "TransactionCanceledException"]));
  }, 60_000);
});
