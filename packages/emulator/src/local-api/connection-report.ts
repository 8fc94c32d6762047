import type { ClientConnection, Connections } from "../gateway/connections.ts";
import type { HttpService } from "../http/http-service.ts";
import { redactTokens } from "../printing/redact-tokens.ts";
import type { ConnectionTraffic, FrameCount } from "./connection-traffic.ts";
import type { DescribeConnection } from "./program.ts";
import { isoTime, makeReport, numberIn } from "./report.ts";

const MAX_CONNECTIONS = 1_000;
const DEFAULT_CONNECTIONS = 100;

/**
 * `GET /_local/connections`: the open WebSockets, the oldest first, a hundred at a time. `limit` and `from` select
 * others; `connectionId` selects one. `endsAt` is the end of API Gateway's two hours, `idleEndsAt` the end if neither
 * side sends anything. Of the authorizer's context only the principal id is shown: the rest may be private.
 */
export function makeConnectionReport(deps: {
  readonly connections: Connections;
  readonly traffic: ConnectionTraffic;
  readonly describeConnection?: DescribeConnection | undefined;
}): HttpService {
  const { connections } = deps;
  return makeReport("/_local/connections", async (query) => {
    const id = query.get("connectionId");
    if (id !== null) {
      const found = connections.find(id);
      return { open: connections.size, connections: found === undefined ? [] : [await describe(found, deps)] };
    }
    const limit = numberIn(query, "limit", { min: 1, max: MAX_CONNECTIONS, fallback: DEFAULT_CONNECTIONS });
    const from = numberIn(query, "from", { min: 0, max: 999_999_999, fallback: 0 });
    const page = connections.all().slice(from, from + limit);
    const end = from + page.length;
    return {
      open: connections.size,
      connections: await Promise.all(page.map((connection) => describe(connection, deps))),
      ...(end < connections.size && { next: `/_local/connections?from=${end}&limit=${limit}` }),
    };
  });
}

async function describe(
  { session, socket }: ClientConnection,
  { traffic, describeConnection }: Pick<Parameters<typeof makeConnectionReport>[0], "traffic" | "describeConnection">,
): Promise<object> {
  const { connectionId, stage, connectedAt, identity, authorizer } = session;
  const { received, sent } = traffic.of(connectionId);
  const principalId = authorizer?.["principalId"];
  const { userAgent, sourceIp } = identity;
  return {
    ...{ connectionId, stage },
    connectedAt: isoTime(connectedAt),
    endsAt: isoTime(socket.endsAt),
    idleEndsAt: isoTime(socket.idleEndsAt),
    received: describeCount(received),
    sent: describeCount(sent),
    sourceIp,
    // Both are texts of others, who may have put a token there.
    ...(userAgent !== undefined && { userAgent: redactTokens(userAgent) }),
    ...(principalId !== undefined && { principalId: redactTokens(principalId) }),
    ...(describeConnection && { application: await describedBy(describeConnection, connectionId) }),
  };
}

function describeCount({ frames, bytes, last }: FrameCount): object {
  return { frames, bytes, ...(last && { last: { at: isoTime(last.at), bytes: last.bytes } }) };
}

/** A fault of the application hides no connection. Its text is not shown: it may quote anything. */
async function describedBy(describeConnection: DescribeConnection, connectionId: string): Promise<object | null> {
  try {
    return (await describeConnection(connectionId)) ?? null;
  } catch (error) {
    return { failed: error instanceof Error ? error.name : "Error" };
  }
}
