import { describe, expect, it } from "vitest";
import { parseConnectionsEndpoint } from "../../../src/adapters/api-gateway-management/connections-endpoint.ts";

describe("the endpoint of @connections", () => {
  it.each([
    [
      "an API's own",
      "https://a1.execute-api.eu-west-1.amazonaws.com/dev",
      "a1.execute-api.eu-west-1.amazonaws.com",
      "/dev",
    ],
    [
      "a trailing slash",
      "https://a1.execute-api.eu-west-1.amazonaws.com/dev/",
      "a1.execute-api.eu-west-1.amazonaws.com",
      "/dev",
    ],
    ["a custom domain", "https://ws.example.com", "ws.example.com", ""],
    ["a custom domain with a mapping", "https://ws.example.com/push/v1", "ws.example.com", "/push/v1"],
    ["the emulator", "http://127.0.0.1:3001/dev", "127.0.0.1:3001", "/dev"],
    ["the emulator by name", "http://localhost:3001/dev", "localhost:3001", "/dev"],
  ])("may be %s", (_what, text, host, basePath) => {
    expect(parseConnectionsEndpoint(text)).toMatchObject({ host, basePath });
  });

  it.each([
    ["empty", ""],
    ["no URL", "a1.execute-api.eu-west-1.amazonaws.com/dev"],
    ["unencrypted", "http://a1.execute-api.eu-west-1.amazonaws.com/dev"],
    ["unencrypted, to a name that begins like loopback", "http://127.0.0.1.example.com/dev"],
    ["the WebSocket's own scheme", "wss://a1.execute-api.eu-west-1.amazonaws.com/dev"],
    ["with a user", "https://user@ws.example.com/dev"],
    ["with a password", "https://:pass@ws.example.com/dev"],
    ["with a query", "https://ws.example.com/dev?x=1"],
    ["with a fragment", "https://ws.example.com/dev#x"],
    ["a file", "file:///etc/passwd"],
  ])("may not be %s", (_what, text) => {
    expect(parseConnectionsEndpoint(text)).toBeUndefined();
  });
});
