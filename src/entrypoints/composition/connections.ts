import { makeCloseConnection, makeOpenConnection } from "../../application/connections/open-and-close.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";

/** The beginning and the end of a connection. */
export const connections: Part = () => (provide) => {
  provide(names.openConnection, { connections: names.connectionStore }, makeOpenConnection);
  provide(
    names.closeConnection,
    { connections: names.connectionStore, subscriptions: names.subscriptionStore, clock: names.clock },
    makeCloseConnection,
  );
};
