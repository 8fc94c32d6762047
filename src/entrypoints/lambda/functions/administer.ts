import { administeredAccess, endings, reviews, revocations, stores } from "#stores";
import { parseScheduledEvent } from "../../../adapters/eventbridge/events/scheduled-event.ts";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { access } from "../../composition/modules/access.ts";
import { administration } from "../../composition/modules/administration.ts";
import { endingTasks, rawLetters } from "../../composition/modules/ending-tasks.ts";
import { gateway } from "../../composition/modules/gateway.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { administerHandler } from "../handlers/administer.ts";

export const { handler, prime } = lambdaFunction({
  modules: [
    ...[platform, stores, endings, revocations, reviews, administeredAccess],
    ...[access, gateway, endingTasks, administration],
  ],
  handler: (get) =>
    administerHandler({
      carryOut: get(services.carryOut),
      collectEnds: get(services.collectEnds),
      deadLetters: get(rawLetters),
      clock: get(services.clock),
      logger: get(services.logger),
    }),
  rehearse: ({ connections, connection: { id, identity }, now }) => {
    parseScheduledEvent({ source: "aws.events", "detail-type": "Scheduled Event", time: "2026-01-01T00:00:00Z" });
    return connections.countLive(identity.userId, now, id, 1);
  },
});
