import { DynamoConnectionStore } from "../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../src/adapters/dynamodb/dynamo-subscription-store.ts";
import { aConnection, NOW } from "../tests/support/a-connection.ts";
import { anEntityId, aSubscription } from "../tests/support/a-subscription.ts";
import { CapacityMeter, type Units } from "../tests/support/capacity-meter.ts";
import { createTableAt } from "../tests/support/dynamodb-table.ts";
import { subscribeOne } from "../tests/support/one-subscription.ts";
import { endpointOf, startDynamodbLocal } from "../tests/support/start-dynamodb-local.ts";
import type { Table } from "./table.ts";

const SUBSCRIPTIONS = 100;

type Subscribe = () => Promise<unknown>;

/** The client's way of sending: all at once as after a reconnect, or each after the response to the one before. */
const WAYS: Readonly<Record<string, (subscribes: readonly Subscribe[]) => Promise<unknown>>> = {
  "one after the other": async (subscribes) => {
    for (const subscribe of subscribes) await subscribe();
  },
  "all at once": (subscribes) => Promise.all(subscribes.map((subscribe) => subscribe())),
};

/** A hundred subscriptions of one connection, on DynamoDB Local, which shares this machine's cores. */
export async function benchSubscriptionsAtOnce(rounds = 5): Promise<Table[]> {
  const container = await startDynamodbLocal();
  try {
    const table = await createTableAt(endpointOf(container));
    const meter = new CapacityMeter(table.documents);
    const connections = new DynamoConnectionStore(table);
    const subscriptions = new DynamoSubscriptionStore(table);
    const rows: string[][] = [];
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, send] of Object.entries(WAYS)) {
        const connection = aConnection();
        await connections.open(connection, []);
        const costs: Units[] = [];
        const outcomes = new Set<string>();
        const subscribes = Array.from({ length: SUBSCRIPTIONS }, anEntityId).map((entityId) => async () => {
          const subscribe = async () =>
            outcomes.add(
              await subscribeOne(subscriptions, aSubscription(connection, entityId), NOW, { limit: SUBSCRIPTIONS }),
            );
          costs.push(await meter.measure(subscribe));
        });
        const begun = performance.now();
        await send(subscribes);
        // The first round warms up.
        if (round > 0) rows.push([`${round}: ${name}`, ...figuresOf(performance.now() - begun, costs, outcomes)]);
      }
    }
    return [
      {
        title: "A hundred subscriptions of one connection",
        note: `Milliseconds until the last answer, and capacity units of one subscription, over ${rounds} rounds.`,
        columns: ["round", "ms", "writes: mean", "most", "reads: mean", "most", "refused"],
        rows,
      },
    ];
  } finally {
    await container.stop();
  }
}

function figuresOf(millis: number, costs: readonly Units[], outcomes: ReadonlySet<string>): string[] {
  const figures = (["writes", "reads"] as const).flatMap((kind) => {
    const units = costs.map((cost) => cost[kind]);
    const mean = units.reduce((sum, one) => sum + one, 0) / units.length;
    return [mean.toFixed(1), String(Math.max(...units))];
  });
  return [millis.toFixed(0), ...figures, String([...outcomes].filter((outcome) => outcome !== "subscribed").length)];
}
