import { signingSecrets } from "#signing-secrets";
import { revocations, stores } from "#stores";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { authorization } from "../../composition/modules/authorization.ts";
import { checking } from "../../composition/modules/checking.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { checkHandler } from "../handlers/check.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, signingSecrets, authorization, stores, revocations, checking],
  handler: (get) => checkHandler({ check: get(services.checkAdmission), logger: get(services.logger) }),
  rehearse: ({ connections, connection, now }) =>
    connections.countLive(connection.identity.userId, now, connection.id, 1),
});
