import { MemoryAdministeredAccess } from "../../src/adapters/in-memory/memory-administered-access.ts";
import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../src/adapters/in-memory/memory-revocation-list.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { RenewConnection } from "../../src/application/connections/renew-connection.ts";
import type { CarryOut } from "../../src/application/endings/carry-out.ts";
import type { AccessPolicy } from "../../src/application/ports/access-policy.ts";
import type { AdministeredAccess } from "../../src/application/ports/administered-access.ts";
import type { ConnectionChannel } from "../../src/application/ports/connection-channel.ts";
import type { ConnectionEnder } from "../../src/application/ports/connection-ender.ts";
import type { DeadLetters, DeliveryQueue } from "../../src/application/ports/delivery-queue.ts";
import type { EndingTasks } from "../../src/application/ports/ending-tasks.ts";
import type { RevocationList } from "../../src/application/ports/revocation-list.ts";
import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";
import type { SubscriptionReviews } from "../../src/application/ports/subscription-reviews.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { Clock, Timer } from "../../src/application/ports/system.ts";
import type { FanOut } from "../../src/application/push/fan-out.ts";
import type { Deliver } from "../../src/application/push/notify.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import { type Connections, LOOKED_UP_SECONDS } from "./lagging-connections.ts";

/** Small, so that a handful of subscribers are several pages. */
export const PAGE_SIZE = 2;

export type Ports = {
  readonly connections: Connections;
  readonly subscriptions: SubscriptionStore;
  readonly revocations: RevocationList;
  readonly reviews: SubscriptionReviews;
  readonly administered: AdministeredAccess;
  readonly channel: ConnectionChannel;
  readonly queue: DeliveryQueue & DeadLetters;
  readonly ender: ConnectionEnder;
  readonly tasks: EndingTasks;
};

/** The system under test: the stores, and the changes of a mutant between the use cases and their ports. */
export type System = {
  makeConnections(): MemoryConnectionStore;
  makeSubscriptions(connections: MemoryConnectionStore): MemorySubscriptionStore;
  makeRevocations(): RevocationList;
  makeAdministered(): AdministeredAccess;
  /** For so long after its end the index looks a connection up. */
  readonly lookedUpSeconds: number;
  wrapPorts(ports: Ports, clock: Clock): Ports;
  wrapDelivery(deliver: Deliver): Deliver;
  wrapFanOut(fanOut: FanOut): FanOut;
  wrapRenewal(renew: RenewConnection): RenewConnection;
  wrapCarryOut(carryOut: CarryOut, clock: Clock): CarryOut;
  wrapTimer(timer: Timer): Timer;
  wrapPolicy(policy: AccessPolicy): AccessPolicy;
  /** `keys` are the times at which the issuer's keys were made. */
  wrapSecrets(secrets: SigningSecrets, keys: readonly EpochMillis[]): SigningSecrets;
};

export const system: System = {
  makeConnections: () => new MemoryConnectionStore(PAGE_SIZE),
  makeSubscriptions: (connections) => new MemorySubscriptionStore(connections, PAGE_SIZE),
  makeRevocations: () => new MemoryRevocationList(),
  makeAdministered: () => new MemoryAdministeredAccess(),
  lookedUpSeconds: LOOKED_UP_SECONDS,
  wrapPorts: (ports) => ports,
  wrapDelivery: (deliver) => deliver,
  wrapFanOut: (fanOut) => fanOut,
  wrapRenewal: (renew) => renew,
  wrapCarryOut: (carryOut) => carryOut,
  wrapTimer: (timer) => timer,
  wrapPolicy: (policy) => policy,
  wrapSecrets: (secrets) => secrets,
};
