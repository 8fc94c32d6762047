import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import { makeCloseConnection } from "../../src/application/connections/open-and-close.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import { makeFanOut } from "../../src/application/push/fan-out.ts";
import { type Deliver, makeDeliver, makeNotifyEntity, makeNotifyUser } from "../../src/application/push/notify.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochMillis, type EpochSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { RecordingDeliveryQueue } from "../fakes/recording-delivery-queue.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { ScriptedChannel } from "../fakes/scripted-channel.ts";
import { STANDING_TIMER } from "../fakes/standing-timer.ts";
import { tokenFacts } from "./a-connection.ts";
import { connectionId, NOON, userPush } from "./notifications.ts";
import { subscribeOne } from "./one-subscription.ts";

/** The push path with real stores and use cases, in memory: only the gateway, the queues and the time are fakes. */
export class PushWorld {
  readonly clock = new FixedClock(NOON);
  readonly channel = new ScriptedChannel();
  readonly queue = new RecordingDeliveryQueue();
  readonly logger = new RecordingLogger();
  readonly connections: MemoryConnectionStore;
  readonly subscriptions: SubscriptionStore;
  readonly deliver: Deliver;

  constructor() {
    const connections = new MemoryConnectionStore();
    this.connections = connections;
    this.subscriptions = new MemorySubscriptionStore(connections);
    const stores = { connections, subscriptions: this.subscriptions, clock: this.clock };
    const fanOut = makeFanOut({
      channel: this.channel,
      queue: this.queue,
      deadLetters: this.queue,
      clock: this.clock,
      backoff: { pause: async () => undefined },
      timer: STANDING_TIMER,
      logger: this.logger,
      concurrency: 4,
    });
    const ending = { ...stores, fanOut, closeConnection: makeCloseConnection(stores) };
    this.deliver = makeDeliver({ notifyEntity: makeNotifyEntity(ending), notifyUser: makeNotifyUser(ending) });
  }

  /** The connection was opened a minute ago and lasts an hour. */
  async connect(name: string, user = "ann", expiresAt = inAnHour(this.clock)): Promise<Connection> {
    const { userId } = userPush({ userId: user });
    const connectedAt = (this.clock.now() - 60_000) as EpochMillis;
    const token = tokenFacts({ expiresAt });
    const facts = { sourceIp: "192.0.2.1", connectedAt, token, expiresAt };
    const connection = { id: connectionId(name), identity: { userId }, ...facts };
    await this.connections.open(connection, []);
    return connection;
  }

  async subscribe(entityId: EntityId, { id, identity, connectedAt, expiresAt }: Connection): Promise<void> {
    const subscription = { entityId, connectionId: id, userId: identity.userId, connectedAt, expiresAt };
    const outcome = await subscribeOne(this.subscriptions, subscription, toEpochSeconds(this.clock.now()));
    if (outcome !== "subscribed") throw new Error(outcome);
  }

  run(delivery: Delivery) {
    return this.deliver(delivery, (this.clock.now() + 20_000) as EpochMillis);
  }
}

function inAnHour(clock: FixedClock): EpochSeconds {
  return addSeconds(toEpochSeconds(clock.now()), 3600);
}
