import { describe, expect, it } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { ok } from "../support/handlers.ts";
import { exchange, statusOf, upgradeText } from "../support/raw-socket.ts";

const domains = [
  { name: "ws.example.com", path: "/", stage: "dev" },
  { name: "API.example.com", path: "/chat", stage: "other" },
];

describe("gw:handshake-32 a handshake at a custom domain", () => {
  const rows: readonly (readonly [host: string, path: string, stage: string | undefined])[] = [
    ["ws.example.com", "/", "dev"],
    ["WS.example.com:3001", "/?a=b", "dev"],
    ["api.example.com", "/chat", "other"],
    ["api.example.com", "/chat/", "other"],
    ["api.example.com", "/", undefined],
    ["ws.example.com", "/dev", undefined],
    ["ws.example.com", "//", undefined],
    ["ws.example.com", "/chat", undefined],
    ["ws.example.com.evil.example", "/", undefined],
    ["evil.example", "/", undefined],
    ["127.0.0.1", "/dev", "dev"],
  ];

  it.each(rows)("%s%s: %s", async (Host, path, stage) => {
    await using emulator = await startEmulator({
      functions: { Connect: ok },
      routes: { $connect: "Connect" },
      stages: [{ name: "dev" }, { name: "other" }],
      domains,
    });
    const answer = await exchange(emulator.port, upgradeText({ Host }, `GET ${path} HTTP/1.1`));
    expect(statusOf(answer)).toBe(stage === undefined ? 403 : 101);
    expect(
      emulator.recording
        .eventsOf("Connect")
        .map(({ requestContext }) => [requestContext.domainName, requestContext.stage]),
    ).toEqual(stage === undefined ? [] : [[Host, stage]]);
  });
});

describe("gw:handshake-32 a disabled default endpoint", () => {
  it.each([
    ["a handshake", 403, upgradeText()],
    ["a handshake for localhost", 403, upgradeText({ Host: "localhost" })],
    ["a request that is none", 403, "GET /dev HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"],
    ["a handshake at a custom domain", 101, upgradeText({ Host: "ws.example.com" }, "GET / HTTP/1.1")],
  ])("%s: %i", async (_, status, request) => {
    await using emulator = await startEmulator({
      functions: { Connect: ok },
      routes: { $connect: "Connect" },
      stages: [{ name: "dev" }, { name: "other" }],
      domains,
      isDefaultEndpointDisabled: true,
    });
    const answer = await exchange(emulator.port, request);
    expect(statusOf(answer)).toBe(status);
    if (status === 403) expect(answer).toMatch(/\{"message":"Forbidden"\}$/);
    expect(emulator.recording.eventsOf("Connect")).toHaveLength(status === 101 ? 1 : 0);
  });
});
