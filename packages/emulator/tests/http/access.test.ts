import { networkInterfaces } from "node:os";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeAccess } from "../../src/http/access.ts";
import { isLoopback, isOwnPeer, peerAddress } from "../../src/http/peer.ts";

const KEY = "key-of-this-run-0123456789";
const ownIps = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));

describe("the Host header", () => {
  const onLoopback = makeAccess({ host: "127.0.0.1" });
  const everywhere = makeAccess({ host: "0.0.0.0", hostNames: ["host.docker.internal"] });
  const onOneAddress = makeAccess({ host: "fd00::17" });

  it.each(["127.0.0.1", "127.0.0.1:3001", "localhost", "LOCALHOST:3001", "[::1]:3001", "[0:0:0:0:0:0:0:1]:3001"])(
    "%s is this machine, wherever the emulator listens",
    (host) => {
      for (const access of [onLoopback, everywhere, onOneAddress]) expect(access.isLocalHost({ host })).toBe(true);
    },
  );

  it("may be any address of this machine, if the emulator listens on more than loopback", () => {
    expect(ownIps.length).toBeGreaterThan(0);
    for (const address of ownIps) {
      const host = address.includes(":") ? `[${address}]:3001` : `${address}:3001`;
      expect(everywhere.isLocalHost({ host })).toBe(true);
      expect(onLoopback.isLocalHost({ host })).toBe(["127.0.0.1", "::1"].includes(address));
    }
  });

  it("may be the address that was asked for, in each of its spellings, or a name that was given", () => {
    for (const host of ["[fd00::17]:3001", "[FD00:0:0::0017]"]) {
      expect(onOneAddress.isLocalHost({ host })).toBe(true);
      expect(onLoopback.isLocalHost({ host })).toBe(false);
    }
    expect(everywhere.isLocalHost({ host: "Host.Docker.Internal:3001" })).toBe(true);
    expect(onOneAddress.isLocalHost({ host: "host.docker.internal:3001" })).toBe(false);
  });

  it.each([
    "evil.example",
    "127.0.0.1.evil.example:3001",
    "evil.example#127.0.0.1",
    "localhost@evil.example",
    "localhost:3001:80",
    "localhost.",
    "[::1",
    "[::1]evil.example",
    "[::1%25evil]",
    "[evil]",
    "203.0.113.9:3001",
    "0x7f.1",
    "",
    " localhost",
  ])("attack:P6 %j is no name of this machine", (host) => {
    for (const access of [onLoopback, everywhere, onOneAddress]) expect(access.isLocalHost({ host })).toBe(false);
    expect(everywhere.isLocalHost({})).toBe(false);
  });
});

describe("the page of a request", () => {
  const access = makeAccess({ host: "192.0.2.1" });

  it.each([
    [{ origin: "http://localhost:5173" }, false],
    [{ origin: "https://127.0.0.1" }, false],
    [{ origin: "http://[::1]:5173" }, false],
    [{ origin: "http://192.0.2.1:5173" }, false],
    [{ origin: "http://evil.example" }, true],
    [{ origin: "null" }, true],
    [{ origin: "file://" }, true],
    [{}, false],
    [{ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, false],
    [{ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }, false],
    // A link is followed; an image, a script and a frame of another site are not served.
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }, false],
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }, true],
    [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }, true],
    // A page of this machine under another of its names.
    [{ origin: "http://localhost:5173", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }, false],
  ])("%j is foreign: %s", (headers, isForeign) => {
    expect(access.isForeignPage(headers)).toBe(isForeign);
  });
});

describe("the peer of a request", () => {
  const admits = (host: string, key: string | undefined, headers: Record<string, string>, isOwn = false) =>
    makeAccess({ host, key }, () => isOwn).isAdmitted({ headers, socket: {} as never });

  it("needs no key on this machine, nor if no other machine can connect", () => {
    expect(admits("0.0.0.0", KEY, {}, true)).toBe(true);
    for (const host of ["127.0.0.1", "127.8.0.1", "::1", "localhost"]) expect(admits(host, undefined, {})).toBe(true);
  });

  const signature = `SignedHeaders=host, Signature=${"0".repeat(64)}`;
  it.each([
    ["header", { "x-emulator-key": KEY }],
    [
      "access key id",
      { authorization: `AWS4-HMAC-SHA256 Credential=${KEY}/20261122/us-east-1/sqs/aws4_request, ${signature}` },
    ],
    [
      "access key id, in another place",
      { authorization: `AWS4-HMAC-SHA256 ${signature}, Credential=${KEY}/2026/x/y/z` },
    ],
    ["password", { authorization: `Basic ${btoa(`ann:${KEY}`)}` }],
    ["password without a user", { authorization: `basic ${btoa(`:${KEY}`)}` }],
  ])("is admitted with the key as %s, and with no other key", (_, headers) => {
    expect(admits("0.0.0.0", KEY, headers)).toBe(true);
    expect(admits("0.0.0.0", `${KEY}x`, headers)).toBe(false);
    expect(admits("0.0.0.0", KEY.slice(0, -1), headers)).toBe(false);
    expect(admits("0.0.0.0", undefined, headers)).toBe(false);
  });

  it("is not admitted by anything else", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "Bearer ",
        "Basic ",
        "AWS4-HMAC-SHA256 Credential=functions/",
        `AWS4 Credential=${KEY}/`,
        `Bearer ${KEY}`,
      ),
    );
    fc.assert(
      fc.property(texts, texts, (authorization, given) => {
        expect(admits("::", KEY, { authorization, "x-emulator-key": given })).toBe(false);
      }),
    );
    expect(admits("0.0.0.0", KEY, {})).toBe(false);
  });
});

describe("an address", () => {
  it.each(["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"])("%s is loopback", (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each([
    "128.0.0.1",
    "10.0.0.1",
    "::2",
    "fd00::1",
    "::ffff:10.0.0.1",
    "0.0.0.0",
    "::",
    "",
    "127.0.0.1.evil.example",
  ])("%j is not", (address) => {
    expect(isLoopback(address)).toBe(false);
  });

  it("is written plainly, as in the events of AWS", () => {
    expect(peerAddress({ remoteAddress: "::ffff:192.0.2.1" })).toBe("192.0.2.1");
    expect(peerAddress({ remoteAddress: "fd00::1" })).toBe("fd00::1");
    expect(peerAddress({ remoteAddress: undefined })).toBe("");
  });

  it("is this machine's own at both ends of a connection, or loopback", () => {
    expect(isOwnPeer({ remoteAddress: "192.0.2.1", localAddress: "192.0.2.1" })).toBe(true);
    expect(isOwnPeer({ remoteAddress: "::ffff:127.0.0.1", localAddress: "::ffff:127.0.0.1" })).toBe(true);
    expect(isOwnPeer({ remoteAddress: "192.0.2.2", localAddress: "192.0.2.1" })).toBe(false);
    expect(isOwnPeer({ remoteAddress: undefined })).toBe(false);
  });
});
