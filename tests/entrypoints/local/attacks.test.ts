import { connectTo, startEmulator, type TestEmulator } from "@portcullis/emulator/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { leaksIn, plantedTexts } from "../../../packages/emulator/tests/support/planted-texts.ts";
import { exchange, statusOf } from "../../../packages/emulator/tests/support/raw-socket.ts";
import { SystemClock } from "../../../src/adapters/system/system.ts";
import type { ConnectionStore } from "../../../src/application/ports/connection-store.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { toEpochSeconds } from "../../../src/domain/time.ts";
import { attackRequests } from "../../support/attacks/attack-requests.ts";
import { AUDIENCE, goodToken, POLICY, SECRET_TEXT } from "../../support/good-token.ts";
import { stubSettings } from "../../support/stub-settings.ts";

const now = toEpochSeconds(new SystemClock().now());
const target = { secret: SECRET_TEXT, now };
const TOKEN = goodToken(now);

let emulator: TestEmulator;
let store: ConnectionStore;

/** The functions as they are deployed, which read their settings while they load. */
beforeAll(async () => {
  stubSettings({ JWT_SECRET: SECRET_TEXT, TOKEN_ISSUER: POLICY.issuer, TOKEN_AUDIENCE: AUDIENCE });
  const [authorizer, opening, closing, { compose, resolve }, { services }] = await Promise.all([
    import("../../../src/entrypoints/lambda/functions/authorizer.ts"),
    import("../../../src/entrypoints/lambda/functions/connect.ts"),
    import("../../../src/entrypoints/lambda/functions/disconnect.ts"),
    import("../../../src/entrypoints/composition/container.ts"),
    import("../../../src/entrypoints/composition/services.ts"),
  ]);
  store = resolve(compose(), services.connectionStore);
  emulator = await startEmulator({
    functions: { Authorizer: authorizer.handler, Connect: opening.handler, Disconnect: closing.handler },
    routes: { $connect: "Connect", $disconnect: "Disconnect" },
    authorizer: "Authorizer",
    // The quota is lifted: a throttled handshake invokes no authorizer, and a quick machine makes more than 500 a second.
    quotas: { connects: { perSecond: 10_000, burst: 10_000 } },
  });
});

afterAll(async () => {
  await emulator.close();
  vi.unstubAllEnvs();
});

const rows = attackRequests(target, TOKEN);

const ann = async () => (await store.liveConnectionsOf("ann" as UserId, now)).items;

describe("the attack table, over the wire,", () => {
  it("has good tokens whose connections are accepted, remembered and forgotten (positive control)", async () => {
    const clients = [
      await connectTo(`${emulator.url}?access_token=${TOKEN}`),
      await emulator.connect({ subprotocols: ["websocket", TOKEN] }),
    ];
    const chosen = clients.map(({ headers }) => headers["sec-websocket-protocol"]);

    expect(await ann()).toHaveLength(2);
    expect(chosen).toStrictEqual([undefined, "websocket"]);

    for (const { ws } of clients) ws.close();
    await vi.waitFor(async () => expect(await ann()).toHaveLength(0), { timeout: 15_000 });
  });

  it("holds the rows that it is expected to hold", () => {
    expect(rows.length).toBeGreaterThanOrEqual(850);
  });

  it.each(rows)("%s: 401", async (_title, request, token) => {
    const answer = await exchange(emulator.port, request);

    expect(statusOf(answer)).toBe(401);
    expect(leaksIn(answer, plantedTexts(SECRET_TEXT, token))).toStrictEqual([]);
  });

  it("left no connection behind, and the next good token is accepted", async () => {
    expect(emulator.recording.eventsOf("Connect")).toHaveLength(2);
    expect(await ann()).toHaveLength(0);

    const { ws } = await emulator.connect({ subprotocols: ["websocket", TOKEN] });
    expect(await ann()).toHaveLength(1);
    ws.close();
  });
});
