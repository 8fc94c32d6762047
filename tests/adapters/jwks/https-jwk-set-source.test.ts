import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { HttpsJwkSetSource } from "../../../src/adapters/jwks/https-jwk-set-source.ts";
import { JwksServer, json, type Respond } from "../../support/jwks-server.ts";

const SET = { keys: [{ kty: "EC", kid: "1" }] };

let server: JwksServer;

beforeEach(async () => {
  server = await JwksServer.start(onTestFinished);
});

function fetched(respond: Respond, withinMillis = 2000, ca: string | undefined = server.ca): Promise<unknown> {
  server.respond = respond;
  return new HttpsJwkSetSource(server.url, ca).fetch(withinMillis);
}

const send =
  (status: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array): Respond =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

describe("HttpsJwkSetSource", () => {
  it("fetches the set with one request to the configured address", async () => {
    expect(await fetched(json(SET))).toEqual(SET);
    expect(server.requested).toEqual(["/jwks.json"]);
  });

  it("asks for an uncompressed body", async () => {
    let encoding: unknown;
    await fetched((response, request) => {
      encoding = request.headers["accept-encoding"];
      json(SET)(response, request);
    });

    expect(encoding).toBe("identity");
  });

  it("takes a set of 256 KB", async () => {
    const padded = { ...SET, padding: "x".repeat(256 * 1024 - JSON.stringify({ ...SET, padding: "" }).length) };

    expect(await fetched(json(padded))).toEqual(padded);
  });

  const HTML = "<!doctype html><title>Sign in</title>";
  const large = JSON.stringify({ ...SET, padding: "x".repeat(10 * 1024 * 1024) });

  it.each<readonly [row: string, respond: Respond, code: string]>([
    ["301", (response) => response.writeHead(301, { Location: `${server.origin}/other` }).end(), "JWKS_STATUS"],
    ["302 to another host", send(302, { Location: "https://127.0.0.2/jwks.json" }, ""), "JWKS_STATUS"],
    ["307 with a set as its body", send(307, { Location: "/other" }, JSON.stringify(SET)), "JWKS_STATUS"],
    ["404", send(404, {}, JSON.stringify(SET)), "JWKS_STATUS"],
    ["500", send(500, {}, ""), "JWKS_STATUS"],
    ["204", send(204, {}, ""), "JWKS_STATUS"],
    ["203 of a proxy", send(203, {}, JSON.stringify(SET)), "JWKS_STATUS"],
    ["a page", send(200, { "Content-Type": "text/html" }, HTML), "JWKS_MALFORMED"],
    ["nothing", send(200, {}, ""), "JWKS_MALFORMED"],
    ["a list", json([SET]), "JWKS_MALFORMED"],
    ["a text", json("keys"), "JWKS_MALFORMED"],
    ["two members keys", send(200, {}, '{"keys":[],"keys":[{"kty":"EC"}]}'), "JWKS_MALFORMED"],
    ["JSON of 1,000 levels", send(200, {}, `{"keys":${"[".repeat(1000)}${"]".repeat(1000)}}`), "JWKS_MALFORMED"],
    ["__proto__", send(200, {}, '{"keys":[],"__proto__":{"keys":[]}}'), "JWKS_MALFORMED"],
    ["no UTF-8", send(200, {}, Buffer.from([0x22, 0xff, 0x22])), "JWKS_MALFORMED"],
    ["gzip", send(200, { "Content-Encoding": "gzip" }, gzipSync(JSON.stringify(SET))), "JWKS_ENCODED"],
    ["a gzip bomb", send(200, { "Content-Encoding": "gzip" }, gzipSync(large)), "JWKS_ENCODED"],
    ["gzip that says nothing", send(200, {}, gzipSync(JSON.stringify(SET))), "JWKS_MALFORMED"],
    ["10 MB with their length", send(200, { "Content-Length": String(large.length) }, large), "JWKS_TOO_LARGE"],
    ["10 MB in chunks", send(200, { "Transfer-Encoding": "chunked" }, large), "JWKS_TOO_LARGE"],
    ["256 KB and a byte", send(200, {}, "x".repeat(256 * 1024 + 1)), "JWKS_TOO_LARGE"],
  ])("attack:C10 refuses %s", async (_row, respond, code) => {
    await expect(fetched(respond)).rejects.toMatchObject({ name: "JwkSetResponseError", code });
    await pause(20);
    expect(server.requested).toEqual(["/jwks.json"]);
  });

  it("attack:C10 refuses a body that is cut off", async () => {
    const cutOff: Respond = (response) => {
      response.writeHead(200, { "Content-Length": "1000" }).write(JSON.stringify(SET), () => response.destroy());
    };

    await expect(fetched(cutOff)).rejects.toThrow();
  });

  it.each<readonly [row: string, respond: Respond]>([
    ["does not respond", () => {}],
    ["sends headers and no body", (response) => void response.writeHead(200).flushHeaders()],
    ["sends one byte after another", drip],
  ])("attack:C10 ends after its time, and closes the connection, if the server %s", async (_row, respond) => {
    const started = performance.now();
    const closed = new Promise<void>((resolve) => {
      const original = respond;
      server.respond = (response, request) => {
        response.on("close", resolve);
        original(response, request);
      };
    });

    await expect(new HttpsJwkSetSource(server.url, server.ca).fetch(300)).rejects.toMatchObject({
      name: "TimeoutError",
    });
    await closed;

    expect(performance.now() - started).toBeLessThan(1500);
  });

  it("attack:C10 reads no more of a refused body: the connection is closed", async () => {
    let closed = 0;
    server.respond = (response) => {
      response.on("close", () => {
        closed += 1;
      });
      response.writeHead(200);
      const write = () => response.write("x".repeat(65_536), (error) => error ?? setImmediate(write));
      write();
    };

    await expect(new HttpsJwkSetSource(server.url, server.ca).fetch(2000)).rejects.toMatchObject({
      code: "JWKS_TOO_LARGE",
    });
    await expect.poll(() => closed).toBe(1);
  });

  it("attack:C10 trusts no certificate but those of its authorities", async () => {
    server.respond = json(SET);

    await expect(new HttpsJwkSetSource(server.url).fetch(2000)).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(server.requested).toEqual([]);
  });

  it("attack:C10 trusts no other certificate where the environment turns the check off", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => void vi.unstubAllEnvs());
    server.respond = json(SET);

    await expect(new HttpsJwkSetSource(server.url).fetch(2000)).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(server.requested).toEqual([]);
  });

  it("attack:C10 trusts no certificate of another host", async () => {
    const url = server.url.replace("localhost", "localhost.localdomain");

    await expect(new HttpsJwkSetSource(url, server.ca).fetch(2000)).rejects.toThrow();
    expect(server.requested).toEqual([]);
  });

  it("fails if the server is gone", async () => {
    const { url, ca } = server;
    server.stop();

    await expect(new HttpsJwkSetSource(url, ca).fetch(2000)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("attack:C10 follows no redirect to a server that listens", async () => {
    let asked = 0;
    const other = createServer((_request, response) => {
      asked += 1;
      response.end(JSON.stringify(SET));
    });
    onTestFinished(() => void other.close());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const Location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;

    await expect(fetched(send(302, { Location }, ""))).rejects.toMatchObject({ code: "JWKS_STATUS" });
    await pause(50);
    expect(asked).toBe(0);
  });
});

function drip(response: Parameters<Respond>[0]): void {
  const text = JSON.stringify(SET);
  response.writeHead(200);
  const timer = setInterval(() => response.write(text[0] ?? ""), 20);
  response.on("close", () => clearInterval(timer));
}
