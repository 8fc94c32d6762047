import { signingSecrets } from "#signing-secrets";
import { renewals, revocations, stores } from "#stores";
import { parseAuthenticateFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { authorization } from "../../composition/modules/authorization.ts";
import { deferredTasks } from "../../composition/modules/ending-tasks.ts";
import { platform } from "../../composition/modules/platform.ts";
import { renewing } from "../../composition/modules/renewing.ts";
import { services } from "../../composition/services.ts";
import { authenticateHandler } from "../handlers/authenticate.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, signingSecrets, authorization, stores, renewals, revocations, deferredTasks, renewing],
  handler: (get) => authenticateHandler({ renew: get(services.renewConnection), logger: get(services.logger) }),
  rehearse: ({ connections, connection: { id, identity }, now }) => {
    parseAuthenticateFrame({ action: "authenticate", token: "a.b.c", id });
    return connections.liveConnectionsAmong([id], identity.userId, now);
  },
});
