import { stores } from "#stores";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { connections } from "../../composition/modules/connections.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { disconnectHandler } from "../handlers/disconnect.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, connections],
  handler: (get) => disconnectHandler({ close: get(services.closeConnection), logger: get(services.logger) }),
  rehearse: async ({ connections, subscriptions, connection, now }) => {
    await connections.close(connection.id, now);
    await subscriptions.unsubscribeAll(connection.id);
  },
});
