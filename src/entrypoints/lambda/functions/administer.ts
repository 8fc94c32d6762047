import { stores } from "#stores";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { administration, rawLetters } from "../../composition/modules/administration.ts";
import { gateway } from "../../composition/modules/gateway.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { administerHandler } from "../handlers/administer.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, gateway, administration],
  handler: (get) =>
    administerHandler({
      carryOut: get(services.carryOut),
      collectEnds: get(services.collectEnds),
      deadLetters: get(rawLetters),
      clock: get(services.clock),
      logger: get(services.logger),
    }),
});
