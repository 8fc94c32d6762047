import { lambdaFunction } from "../../composition/lambda-function.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { defaultHandler } from "../handlers/default.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform],
  handler: (get) => defaultHandler({ logger: get(services.logger) }),
});
