import { revocations, stores } from "#stores";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { opening } from "../../composition/modules/opening.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { connectHandler } from "../handlers/connect.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, revocations, opening],
  handler: (get) => connectHandler({ open: get(services.openConnection), logger: get(services.logger) }),
  rehearse: ({ connections, connection }) => connections.open(connection),
});
