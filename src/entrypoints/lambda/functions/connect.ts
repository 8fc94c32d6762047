import { revocations, stores } from "#stores";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { opening } from "../../composition/modules/opening.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { connectHandler } from "../handlers/connect.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, revocations, opening],
  handler: (get) => connectHandler({ open: get(services.openConnection), logger: get(services.logger) }),
  // As a connect does: a query, the write, and a read by keys, which that of the revocations is too.
  rehearse: ({ connections, connection, now }) => {
    const { id, identity } = connection;
    return Promise.all([
      connections.countLive(identity.userId, now, id, 1),
      connections.open(connection, []),
      connections.liveConnectionsAmong([id], identity.userId, now),
    ]);
  },
});
