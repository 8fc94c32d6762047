import { describe, expect, it } from "vitest";
import { handshakeStatus, startEmulator } from "../../src/testing.ts";
import { ok } from "../support/handlers.ts";

const requiredParameters = ["route.request.header.X-Key", "route.request.querystring.room.id"];

describe("gw:handshake-31 a handshake with the required parameters", () => {
  const rows: readonly (readonly [string, number, string, Record<string, string>])[] = [
    ["both", 101, "?room.id=a", { "x-key": "b" }],
    ["only the header", 400, "", { "X-Key": "b" }],
    ["only the parameter", 400, "?room.id=a", {}],
    ["an empty parameter", 400, "?room.id=", { "X-Key": "b" }],
    ["a parameter in another case", 400, "?Room.id=a", { "X-Key": "b" }],
    ["none", 400, "", {}],
  ];

  it.each(rows)("%s: %i", async (_, status, query, headers) => {
    await using emulator = await startEmulator({
      functions: { Connect: ok, Disconnect: ok },
      routes: { $connect: { function: "Connect", requiredParameters }, $disconnect: "Disconnect" },
    });
    expect(await handshakeStatus(emulator.url + query, { headers })).toBe(status);
    await emulator.close();
    expect(emulator.recording.eventsOf("Connect")).toHaveLength(status === 101 ? 1 : 0);
    expect(emulator.recording.eventsOf("Disconnect"), "gw:order-5").toHaveLength(status === 101 ? 1 : 0);
  });
});
