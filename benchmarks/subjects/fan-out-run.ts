// One push to a number of connections, in one of two ways. Writes the measurements as JSON to file descriptor 3.
import { writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
import { parseConnectionsEndpoint } from "../../src/adapters/api-gateway-management/connections-endpoint.ts";
import { ManagementApi } from "../../src/adapters/api-gateway-management/management-api.ts";
import { ManagementApiChannel } from "../../src/adapters/api-gateway-management/management-api-channel.ts";
import { encodePush } from "../../src/adapters/api-gateway-management/push-frame.ts";
import { JitteredBackoff, SystemClock, SystemTimer } from "../../src/adapters/system/system.ts";
import { makeFanOut } from "../../src/application/push/fan-out.ts";
import type { Recipient } from "../../src/domain/notification/notification.ts";
import { Secret } from "../../src/domain/secret.ts";
import { addSeconds, type EpochMillis, toEpochSeconds } from "../../src/domain/time.ts";
import { entityUpdate, freshDelivery, recipient } from "../../tests/support/notifications.ts";

export type FanOutWay = "plain" | "portcullis";
export type FanOutCost = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most memory that the process had, garbage included. */
  readonly peakBytes: number;
  /** The memory that a garbage collection in the middle left. */
  readonly heldBytes: number;
};

const PAGE = 500;
const POSTS_AT_ONCE = 50;
const WARM_UP = 1000;
const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "benchmark" };
// Credentials as long as those of a Lambda role: every request carries them.
const SESSION_TOKEN = "t".repeat(900);

const clock = new SystemClock();
const notification = entityUpdate({ message: "x".repeat(240) }, { publishedAt: clock.now() });

/** The way of tutorials: all connections at once, one SDK call each, the SDK's defaults. */
function plain(endpoint: string): (count: number) => Promise<void> {
  const credentials = { ...KEYS, sessionToken: SESSION_TOKEN };
  const client = new ApiGatewayManagementApiClient({ endpoint, region: "eu-west-1", credentials });
  const push = encodePush(notification);
  return async (count) => {
    const ids = Array.from({ length: count }, (_, index) => recipientAt(index).connectionId);
    await Promise.all(ids.map((id) => client.send(new PostToConnectionCommand({ ConnectionId: id, Data: push }))));
  };
}

function portcullis(endpoint: string): (count: number) => Promise<void> {
  const parsed = parseConnectionsEndpoint(endpoint);
  if (parsed === undefined) throw new Error("not an endpoint");
  const nothingLeft = async () => {
    throw new Error("something was left over");
  };
  const api = new ManagementApi({
    endpoint: parsed,
    credentials: {
      accessKeyId: KEYS.accessKeyId,
      secretAccessKey: new Secret(KEYS.secretAccessKey),
      sessionToken: new Secret(SESSION_TOKEN),
    },
    region: "eu-west-1",
    clock,
    socketsKept: POSTS_AT_ONCE,
  });
  const fanOut = makeFanOut({
    channel: new ManagementApiChannel(api),
    queue: { defer: nothingLeft },
    deadLetters: { addDelivery: nothingLeft, addRawMessage: nothingLeft },
    clock,
    backoff: new JitteredBackoff(),
    timer: new SystemTimer(),
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    concurrency: POSTS_AT_ONCE,
  });
  return async (count) => {
    const report = await fanOut({
      delivery: freshDelivery(notification),
      read: async (from) => pageFrom(Number(from ?? 0), count),
      findNamed: nothingLeft,
      findAgain: async () => undefined,
      forget: nothingLeft,
      deadline: (clock.now() + 600_000) as EpochMillis,
    });
    if (report.delivered !== count) throw new Error(`${report.delivered} of ${count} delivered`);
  };
}

function pageFrom(start: number, count: number) {
  const end = Math.min(start + PAGE, count);
  const items = Array.from({ length: end - start }, (_, index) => recipientAt(start + index));
  return { items, ...(end < count && { next: String(end) }) };
}

function recipientAt(index: number): Recipient {
  const now = clock.now();
  const connectedAt = (now - 60_000) as EpochMillis;
  const expiresAt = addSeconds(toEpochSeconds(now), 3600);
  return recipient(`L0SM9cOFv${index.toString().padStart(6, "0")}=`, { connectedAt, expiresAt });
}

const [way, count, endpoint] = process.argv.slice(2) as [FanOutWay, string, string];
const run = { plain, portcullis }[way](endpoint);
await run(WARM_UP);

const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await run(Number(count));
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const peakBytes = process.resourceUsage().maxRSS * 1024;

// Once more, untimed, since collecting takes its time.
setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");
let heldBytes = 0;
setTimeout(() => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  heldBytes = heapUsed + external;
}, seconds * 500);
await run(Number(count));

const cost: FanOutCost = { seconds, cpuSeconds: (user + system) / 1e6, peakBytes, heldBytes };
writeFileSync(3, JSON.stringify(cost));
// The SDK's sockets would keep the process for a while.
process.exit();
