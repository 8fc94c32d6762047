import type { Connections } from "../gateway/connections.ts";
import type { HttpService } from "../http/http-service.ts";
import type { Observe } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import { type DescribeConnection, makeConnectionReport } from "./connection-report.ts";
import { ConnectionTraffic } from "./connection-traffic.ts";
import { makeEventStream } from "./event-stream.ts";

/** The emulator's own API beside those of AWS: what happens in it, for people. */
export type LocalApi = {
  readonly observe: Observe;
  services(deps: {
    readonly connections: Connections;
    readonly describeConnection?: DescribeConnection | undefined;
  }): readonly HttpService[];
};

export function makeLocalApi(scheduler: Scheduler): LocalApi {
  const traffic = new ConnectionTraffic(scheduler);
  const stream = makeEventStream(scheduler);
  return {
    observe(event) {
      traffic.observe(event);
      stream.observe(event);
    },
    services: (deps) => [makeConnectionReport({ ...deps, traffic }), stream.service],
  };
}
