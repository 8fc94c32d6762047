import type { FaultKinds, Faults } from "@portcullis/emulator";
import { DependencyUnavailableError, type UnavailableDependency } from "../../application/errors.ts";
import type { ConnectionStore } from "../../application/ports/connection-store.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import { replaceMade } from "../composition/container.ts";
import { services } from "../composition/services.ts";

/** The faults of the stores, which only the product knows. */
export const STORE_FAULTS = {
  "index-lagging": {
    effect: "the index of users does not show a connection yet that opened less than `by` ago",
    settings: { by: { type: "duration", default: 2_000 } },
  },
  "store-throttled": {
    effect: "an operation of a store fails without an effect, as after DynamoDB's last retry",
    target: "operation",
  },
} as const satisfies FaultKinds;

let current: Faults | undefined;

/** Lets the stores of this process fail if these faults say so, from now on. */
export function strikeStores(faults: Faults): void {
  if (current === undefined) {
    const connections = throttling("CONNECTION_STORE");
    const subscriptions = throttling("SUBSCRIPTION_STORE");
    replaceMade(services.connectionStore, (store) => connections(withLaggingIndex(store)));
    replaceMade(services.connectionRenewals, connections);
    replaceMade(services.endingConnections, connections);
    replaceMade(services.subscriptionStore, subscriptions);
    replaceMade(services.subscriptionReviews, subscriptions);
    replaceMade(services.administeredAccess, throttling("ACCESS_LIST"));
    replaceMade(services.revocationList, throttling("REVOCATION_LIST"));
  }
  current = faults;
}

type Operation = (...args: unknown[]) => unknown;

/** A store with other operations. They run on the store itself: its fields are private. */
function withOperations<Store extends object>(
  store: Store,
  replace: (name: string, run: Operation) => Operation,
): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? replace(String(name), member.bind(target) as Operation) : member;
    },
  });
}

/** Makes stores whose operations fail when the fault strikes. */
function throttling(dependency: UnavailableDependency): <Store extends object>(store: Store) => Store {
  const cause = new Error("a fault on demand throttles the store");
  return (store) =>
    withOperations(store, (name, run) => async (...args) => {
      if (current?.strikes("store-throttled", name)) throw new DependencyUnavailableError(dependency, { cause });
      return run(...args);
    });
}

/** A store whose index shows new connections later, as a global secondary index may. */
function withLaggingIndex(store: ConnectionStore): ConnectionStore {
  const list = async (userId: UserId, now: EpochSeconds, from?: string) => {
    const { items, ...rest } = await store.liveConnectionsOf(userId, now, from);
    const lag = current?.strikes("index-lagging")?.settings["by"] ?? 0;
    return { items: items.filter(({ connectedAt }) => connectedAt <= Date.now() - lag), ...rest };
  };
  return withOperations(store, (name, run) => (name === "liveConnectionsOf" ? (list as Operation) : run));
}
