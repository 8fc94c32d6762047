import { createHash, createHmac, type Hash, type Hmac, hash } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sigv4Signer } from "../../../src/adapters/api-gateway-management/sigv4-signer.ts";
import { Secret } from "../../../src/domain/secret.ts";

const REGION = "eu-west-1";
const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

type Post = {
  readonly method: "POST" | "DELETE";
  readonly host: string;
  readonly path: string;
  readonly body: string;
  readonly millis: number;
};

function ours(post: Post, sessionToken: string | undefined): Record<string, string> {
  const signer = new Sigv4Signer(
    {
      accessKeyId: KEYS.accessKeyId,
      secretAccessKey: new Secret(KEYS.secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
    },
    REGION,
  );
  const list = signer.sign({ ...post, payloadHash: hash("sha256", post.body, "hex") });
  return Object.fromEntries(
    Array.from({ length: list.length / 2 }, (_, pair) => [
      list[2 * pair]?.toLowerCase() ?? "",
      list[2 * pair + 1] ?? "",
    ]),
  );
}

async function theirs(post: Post, sessionToken: string | undefined): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: "execute-api",
    region: REGION,
    credentials: { ...KEYS, ...(sessionToken !== undefined && { sessionToken }) },
    sha256: Sha256,
    applyChecksum: false,
  });
  const { headers } = await signer.sign(
    {
      method: post.method,
      protocol: "https:",
      hostname: post.host,
      path: post.path,
      query: {},
      headers: { host: post.host, ...(post.method === "POST" && { "content-type": "application/octet-stream" }) },
      body: post.body,
    },
    { signingDate: new Date(post.millis) },
  );
  return headers;
}

/** A hash in the form that the SDK's signer takes. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash("sha256") : createHmac("sha256", key as string | Uint8Array);
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error("the signer uses each hash once");
  }
}

const connection = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}={0,2}$/);
const segment = fc.stringMatching(/^[A-Za-z0-9_.~!'()*-]{1,12}$/).filter((text) => !/^\.+$/.test(text));
const post = fc.record({
  method: fc.constantFrom("POST" as const, "DELETE" as const),
  host: fc.constantFrom("a1b2c3.execute-api.eu-west-1.amazonaws.com", "ws.example.com", "127.0.0.1:3001"),
  path: fc
    .tuple(fc.array(segment, { maxLength: 2 }), fc.constantFrom("@connections", "%40connections"), connection)
    .map(([base, at, id]) => `/${[...base, at, encodeURIComponent(id)].join("/")}`),
  body: fc.string({ unit: "binary" }),
  millis: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2050, 0) }),
});

describe("the signature of a request", () => {
  it("equals the SDK's, for any method, connection, stage, body and time, with and without a session token", async () => {
    await fc.assert(
      fc.asyncProperty(post, fc.option(fc.base64String({ minLength: 4 }), { nil: undefined }), async (one, token) => {
        const mine = ours(one, token);
        expect(mine).toEqual(await theirs(one, token));
      }),
    );
  });

  it("changes with the day, since a signing key is valid for one day", () => {
    const signer = new Sigv4Signer({ accessKeyId: "A", secretAccessKey: new Secret("s") }, REGION);
    const at = (millis: number) => signer.sign({ method: "POST", host: "h", path: "/p", payloadHash: "0", millis });
    const evening = Date.UTC(2026, 10, 22, 23, 59, 59);
    const first = at(evening);
    const nextDay = at(evening + 1000);
    const again = at(evening);
    expect(again).toEqual(first);
    expect(nextDay.join()).toContain("20261123");
    expect(nextDay.at(-1)).not.toBe(first.at(-1));
  });
});
