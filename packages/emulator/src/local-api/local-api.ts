import type { Clock } from "../clock/clock.ts";
import type { Faults } from "../faults/faults.ts";
import type { Connections } from "../gateway/connections.ts";
import type { HttpService } from "../http/http-service.ts";
import type { Observe } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import { makeClockService } from "./clock-service.ts";
import { makeConnectionReport } from "./connection-report.ts";
import { ConnectionTraffic } from "./connection-traffic.ts";
import { makeEventStream } from "./event-stream.ts";
import { makeFaultsService } from "./faults-service.ts";
import { type FrontPage, makeFrontPage } from "./front-page.ts";
import type { DescribeConnection, DescribeProgram } from "./program.ts";
import { type RunningParts, whatRunsHere } from "./what-runs-here.ts";

/** The emulator's own API beside those of AWS: what happens in it, for people. */
export type LocalApi = {
  readonly observe: Observe;
  services(deps: {
    readonly connections: Connections;
    readonly clock?: Clock | undefined;
    readonly faults: Faults;
    readonly observe: Observe;
    readonly describeConnection?: DescribeConnection | undefined;
  }): readonly HttpService[];
  /** The page at `/`. */
  frontPage(parts: RunningParts, program?: DescribeProgram): HttpService;
};

const UNNAMED: FrontPage = { title: "A WebSocket API on this machine", sections: [] };

export function makeLocalApi(scheduler: Scheduler): LocalApi {
  const traffic = new ConnectionTraffic(scheduler);
  const stream = makeEventStream(scheduler);
  return {
    observe(event) {
      traffic.observe(event);
      stream.observe(event);
    },
    services: ({ clock, faults, observe, ...deps }) => [
      makeConnectionReport({ ...deps, traffic }),
      stream.service,
      ...(clock === undefined ? [] : [makeClockService({ clock, observe })]),
      makeFaultsService(faults),
    ],
    frontPage(parts, program = () => UNNAMED) {
      return makeFrontPage((authority) => {
        const { title, sections } = program({ authority, stage: parts.api.stages[0].name });
        return { title, sections: [...sections, ...whatRunsHere(parts, authority)] };
      });
    },
  };
}
