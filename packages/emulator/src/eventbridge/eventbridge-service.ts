import { makeAwsJsonService } from "../aws-json/aws-json-service.ts";
import type { HttpService } from "../http/http-service.ts";
import type { Scheduler } from "../scheduler.ts";
import type { EventBus } from "./event-bus.ts";
import { makePutEvents } from "./put-events.ts";

/** EventBridge for publishers: `PutEvents` and nothing else. Rules come from the template. */
export function makeEventBridgeService(deps: {
  readonly eventBus: EventBus;
  readonly scheduler: Scheduler;
}): HttpService {
  return makeAwsJsonService({
    targetPrefix: "AWSEvents",
    version: "1.1",
    namespace: "com.amazonaws.events",
    operations: new Map([["PutEvents", makePutEvents(deps)]]),
  });
}
