import { request } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FunctionUrl } from "../../src/function-url/function-url.ts";
import { type ApiUnderTest, startEmulator, type TestEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import type { Handler, Json } from "../support/handlers.ts";
import { exchange, headerOf, statusOf } from "../support/raw-socket.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const URL_OF_CHECK: FunctionUrl = { id: "Check", functionName: "Check", permitted: true };
const CORS = {
  allowOrigins: ["https://app.example.com", "http://localhost:5173"],
  allowMethods: ["GET", "POST"],
  allowHeaders: ["authorization", "content-type"],
  exposeHeaders: ["x-reason"],
  maxAgeSeconds: 300,
  allowCredentials: false,
};

const ok: Handler = () => ({ statusCode: 204 });

/** A runtime whose function `Check` has a URL, and whose function `Other` has none. */
function start(Check: Handler = ok, url: Partial<FunctionUrl> = {}, more: Partial<ApiUnderTest> = {}) {
  const functionUrls = [{ ...URL_OF_CHECK, ...url }];
  return startEmulator({ functions: { Check, Other: ok }, routes: {}, functionUrls, ...more });
}

const address = ({ port }: TestEmulator, path = "/") => `http://127.0.0.1:${port}/_functions/Check${path}`;

/** A request written to the socket by hand: fetch normalizes paths and adds headers. */
function raw({ port }: TestEmulator, line: string, headers: readonly string[] = [], body = ""): Promise<string> {
  const head = [line, "Host: 127.0.0.1:3001", "Connection: close", ...headers];
  const length = body === "" ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return exchange(port, [...head, ...length, "", body].join("\r\n"));
}

describe("the event of a request", () => {
  it("has payload format 2.0, with Lambda's own forwarding headers", async () => {
    const clock = { stopped: true, startAt: Date.UTC(2026, 7, 31, 3, 4, 5, 678) };
    await using emulator = await start(ok, {}, { clock });
    await raw(
      emulator,
      "POST /_functions/Check/a%20b//c/?x=1&y=%26&x=2&=z HTTP/1.1",
      [
        ...["Content-Type: application/json", "User-Agent: curl/8", "X-List: a", "X-Forwarded-For: 203.0.113.9"],
        ...["x-list: b", "Cookie: a=1; b=2", "Cookie: c=3", "Authorization: Bearer abc"],
      ],
      '{"é":1}',
    );

    expect(emulator.recording.eventsOf("Check")).toEqual([
      {
        version: "2.0",
        routeKey: "$default",
        rawPath: "/a%20b//c/",
        rawQueryString: "x=1&y=%26&x=2&=z",
        cookies: ["a=1", "b=2", "c=3"],
        headers: {
          host: "127.0.0.1:3001",
          "content-type": "application/json",
          "content-length": "8",
          "user-agent": "curl/8",
          "x-list": "a,b",
          authorization: "Bearer abc",
          "x-forwarded-for": "127.0.0.1",
          "x-forwarded-port": "443",
          "x-forwarded-proto": "https",
          "x-amzn-trace-id": expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24}$/),
        },
        queryStringParameters: { x: "1,2", y: "&", "": "z" },
        requestContext: {
          accountId: "anonymous",
          apiId: "Check",
          domainName: "127.0.0.1:3001",
          domainPrefix: "Check",
          http: {
            method: "POST",
            path: "/a%20b//c/",
            protocol: "HTTP/1.1",
            sourceIp: "127.0.0.1",
            userAgent: "curl/8",
          },
          requestId: expect.stringMatching(/^[\da-f-]{36}$/),
          routeKey: "$default",
          stage: "$default",
          time: "31/Aug/2026:03:04:05 +0000",
          timeEpoch: Date.UTC(2026, 7, 31, 3, 4, 5, 678),
        },
        body: '{"é":1}',
        isBase64Encoded: false,
      },
    ]);
  });

  it("has no member for what the request lacks", async () => {
    await using emulator = await start();
    await raw(emulator, "GET /_functions/Check HTTP/1.1");
    const [event] = emulator.recording.eventsOf("Check");

    expect([event.rawPath, event.rawQueryString, event.isBase64Encoded]).toEqual(["/", "", false]);
    expect(Object.keys(event)).not.toEqual(expect.arrayContaining(["cookies", "queryStringParameters", "body"]));
    expect(event.requestContext.http).not.toHaveProperty("userAgent");
  });

  it("has the request id of the invocation, which the response has too", async () => {
    await using emulator = await start((event, context) => [event.requestContext.requestId, context.awsRequestId]);
    const response = await fetch(address(emulator));
    const id = response.headers.get("x-amzn-requestid");

    expect(await response.json()).toEqual([id, id]);
  });

  it.each([
    ["text/plain", "a", "a"],
    ["text/html; charset=utf-8", "é", "é"],
    ["application/json", "{}", "{}"],
    ["application/problem+json;x=y", "{}", "{}"],
    ["image/svg+xml", "<svg/>", btoa("<svg/>")],
    ["application/x-www-form-urlencoded", "a=b", btoa("a=b")],
    ["application/octet-stream", "a", btoa("a")],
    ["application/json", Uint8Array.of(0x22, 0xff, 0x22), "Iv8i"],
  ])("has a body of the type %s as text or in base64: %#", async (type, body, seen) => {
    await using emulator = await start();
    await fetch(address(emulator), { method: "POST", headers: { "content-type": type }, body });
    const [event] = emulator.recording.eventsOf("Check");

    expect([event.body, event.isBase64Encoded]).toEqual([seen, seen !== body]);
  });
});

describe("the response", () => {
  async function responseTo(result: Json, init: RequestInit = {}): Promise<Response> {
    const emulator = await start(() => result);
    onTestFinished(() => emulator.close());
    return fetch(address(emulator), init);
  }

  it("has status, headers, cookies and body of the function", async () => {
    const response = await responseTo({
      statusCode: 201,
      headers: { "content-type": "text/plain", "X-Count": 7, "X-None": null },
      cookies: ["a=1; HttpOnly", "b=2"],
      body: "héllo",
    });

    expect([response.status, await response.text()]).toEqual([201, "héllo"]);
    expect(response.headers.getSetCookie()).toEqual(["a=1; HttpOnly", "b=2"]);
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect([response.headers.get("x-count"), response.headers.get("x-none")]).toEqual(["7", null]);
  });

  it("has bytes that the function gives in base64", async () => {
    const response = await responseTo({ statusCode: "200", body: "AP8=", isBase64Encoded: true });

    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255]);
    expect(response.headers.get("content-type")).toBe("application/json");
  });

  it.each([[{ hello: "world" }], ["text"], [[1, null]], [7], [null], [{ statusCode: null, body: "x" }]])(
    "is the JSON %j itself if that has no status",
    async (result) => {
      const response = await responseTo(result);

      expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
      expect(await response.text()).toBe(JSON.stringify(result));
    },
  );

  it("to HEAD, or with status 204, has no body", async () => {
    const head = await responseTo({ statusCode: 200, body: "x" }, { method: "HEAD" });
    const empty = await responseTo({ statusCode: 204 });

    expect([head.headers.get("content-length"), await head.text()]).toEqual(["1", ""]);
    expect([empty.status, empty.headers.get("content-length")]).toEqual([204, null]);
  });

  it.each([
    [{ statusCode: "many" }],
    [{ statusCode: 99 }],
    [{ statusCode: 600 }],
    [{ statusCode: 0 }],
    [{ statusCode: [200] }],
    [{ statusCode: 200, body: {} }],
    [{ statusCode: 200, headers: [] }],
    [{ statusCode: 200, headers: { "X-A": {} } }],
    [{ statusCode: 200, headers: { "X-A": "a\r\nX-B: b" } }],
    [{ statusCode: 200, headers: { "X A": "a" } }],
    [{ statusCode: 200, cookies: "a=1" }],
    [{ statusCode: 200, cookies: [1] }],
    [{ statusCode: 200, cookies: ["a\r\nX-B: b"] }],
  ])("is 502 if the function's is malformed: %j", async (result) => {
    const response = await responseTo(result);

    expect([response.status, await response.text()]).toEqual([502, "Internal Server Error"]);
    expect(response.headers.get("x-b")).toBeNull();
  });

  it("is 502 if the function fails or times out, and 429 if too many run", async () => {
    const called = deferred();
    const go = deferred<unknown>();
    const Waits: Handler = () => go.promise;
    const Check: Handler = ({ rawPath }) => {
      if (rawPath === "/fail") throw new Error("with a secret");
      called.resolve();
      return new Promise(() => {});
    };
    await using emulator = await start(Check, {}, { functions: { Check, Waits }, clock: STOPPED });
    const failed = await fetch(address(emulator, "/fail"));
    const slow = fetch(address(emulator, "/slow"));
    await called.promise;
    await emulator.clock.advance(60_000);
    for (const response of [failed, await slow]) {
      expect([response.status, await response.text()]).toEqual([502, "Internal Server Error"]);
    }
    const url = `${emulator.endpoint}/2015-03-31/functions/Waits/invocations`;
    const init = { method: "POST", headers: { "X-Amz-Invocation-Type": "Event" } };
    await Promise.all(Array.from({ length: 1_000 }, () => fetch(url, init)));
    const throttled = await fetch(address(emulator));
    go.resolve(undefined);

    expect([throttled.status, throttled.headers.get("x-amzn-errortype")]).toEqual([429, "TooManyRequestsException"]);
  });

  it("is 413 for a body of more than 6 MB, and the function does not see it", async () => {
    await using emulator = await start();
    const send = (bytes: number) => fetch(address(emulator), { method: "POST", body: new Uint8Array(bytes) });

    expect((await send(6 * 1024 * 1024)).status).toBe(204);
    expect((await send(6 * 1024 * 1024 + 1)).status).toBe(413);
    expect(emulator.recording.eventsOf("Check")).toHaveLength(1);
  });

  it("is 403 without permissions", async () => {
    await using emulator = await start(ok, { permitted: false });
    const response = await fetch(address(emulator));

    expect([response.status, await response.json()]).toEqual([403, { Message: "Forbidden" }]);
    expect(emulator.recording.eventsOf("Check")).toEqual([]);
  });

  it.each(["/_functions/Other/", "/_functions/", "/_functions/check/", "/_functions/Check%2F", "/functions/Check/"])(
    "is 403 for %s, which belongs to no URL",
    async (path) => {
      await using emulator = await start();

      expect(statusOf(await raw(emulator, `GET ${path} HTTP/1.1`))).toBe(403);
      expect([emulator.recording.eventsOf("Check"), emulator.recording.eventsOf("Other")]).toEqual([[], []]);
    },
  );
});

describe("CORS", () => {
  const preflight = (origin: string) => ({
    method: "OPTIONS",
    headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
  });
  /** The headers of CORS, by the last words of their names. */
  const corsOf = ({ headers }: Response) =>
    Object.fromEntries(
      [...headers].flatMap(([name, value]) => {
        const [, short] = /^access-control-(.*)$/.exec(name) ?? [];
        return short === undefined ? [] : [[short, value]];
      }),
    );

  it("Lambda answers a preflight itself", async () => {
    await using emulator = await start(ok, { cors: CORS });
    const response = await fetch(address(emulator, "/check"), preflight("https://app.example.com"));

    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(corsOf(response)).toEqual({
      "allow-origin": "https://app.example.com",
      "allow-methods": "GET,POST",
      "allow-headers": "authorization,content-type",
      "max-age": "300",
    });
    expect(response.headers.get("vary")).toBe("Origin");
    expect(emulator.recording.eventsOf("Check")).toEqual([]);
  });

  it("adds its headers to every response for an allowed origin, also to errors", async () => {
    const Check: Handler = ({ rawPath }) =>
      rawPath === "/fail" ? Promise.reject(new Error("x")) : { statusCode: 401 };
    await using emulator = await start(Check, { cors: { ...CORS, allowCredentials: true } });
    const headers = { Origin: "http://localhost:5173" };
    for (const [path, status] of [
      ["/", 401],
      ["/fail", 502],
    ] as const) {
      const response = await fetch(address(emulator, path), { headers });
      expect(response.status).toBe(status);
      expect(corsOf(response)).toEqual({
        "allow-origin": "http://localhost:5173",
        "allow-credentials": "true",
        "expose-headers": "x-reason",
      });
    }
  });

  it("lets every origin read if it allows *", async () => {
    await using emulator = await start(ok, { cors: { ...CORS, allowOrigins: ["*"] } });
    const response = await fetch(address(emulator), { headers: { Origin: "https://preview-7.example.org" } });

    expect(corsOf(response)).toMatchObject({ "allow-origin": "https://preview-7.example.org" });
  });

  it.each(["https://evil.example", "https://app.example.com.evil.example", "null", "https://app.example.com:8443"])(
    "attack:P6 does not let %s read, with or without a preflight",
    async (origin) => {
      await using emulator = await start(ok, { cors: CORS });

      expect(corsOf(await fetch(address(emulator), preflight(origin)))).toEqual({});
      expect(corsOf(await fetch(address(emulator), { headers: { Origin: origin } }))).toEqual({});
    },
  );

  it("adds nothing to a request without an origin", async () => {
    await using emulator = await start(ok, { cors: CORS });

    expect(corsOf(await fetch(address(emulator)))).toEqual({});
  });

  it("sends the function's own headers beside its own, as on AWS, which browsers refuse", async () => {
    const Check: Handler = () => ({ statusCode: 200, headers: { "access-control-allow-origin": "*" } });
    await using emulator = await start(Check, { cors: CORS });
    const response = await fetch(address(emulator), { headers: { Origin: "https://app.example.com" } });

    expect(corsOf(response)).toMatchObject({ "allow-origin": "*, https://app.example.com" });
  });

  it("leaves an OPTIONS request that is no preflight, and every one without a configuration, to the function", async () => {
    await using configured = await start(ok, { cors: CORS });
    for (const headers of [{}, { "Access-Control-Request-Method": "POST" }, { Origin: "https://app.example.com" }]) {
      expect((await fetch(address(configured), { method: "OPTIONS", headers })).status).toBe(204);
    }
    await using plain = await start(() => ({ statusCode: 200, headers: { "Access-Control-Allow-Origin": "*" } }));
    const response = await fetch(address(plain), preflight("https://app.example.com"));

    expect(corsOf(response)).toEqual({ "allow-origin": "*" });
    expect([configured, plain].map(({ recording }) => recording.eventsOf("Check").length)).toEqual([3, 1]);
  });
});

describe("attack:P6 a page of any origin reaches function URLs, and nothing else", () => {
  const FOREIGN = ["Origin: https://evil.example"];
  const SIGNED = "Authorization: AWS4-HMAC-SHA256 Credential=x";

  it("a foreign page reaches the function, and sees nothing without CORS", async () => {
    await using emulator = await start();
    const answer = await raw(emulator, "POST /_functions/Check/ HTTP/1.1", FOREIGN, "x");

    expect(statusOf(answer)).toBe(204);
    expect(headerOf(answer, "Access-Control-Allow-Origin")).toBeUndefined();
  });

  it.each([
    "POST /2015-03-31/functions/Other/invocations HTTP/1.1",
    "POST /_functions/Other/ HTTP/1.1",
    "POST /_functions/ HTTP/1.1",
    "POST /_functions HTTP/1.1",
    "POST //_functions/Check/ HTTP/1.1",
    "POST /./_functions/Check/ HTTP/1.1",
    "POST /%5Ffunctions/Check/ HTTP/1.1",
    "GET /_local/queues HTTP/1.1",
    "OPTIONS /2015-03-31/functions/Other/invocations HTTP/1.1",
  ])("%s from a foreign page is refused", async (line) => {
    await using emulator = await start(ok, { cors: { ...CORS, allowOrigins: ["*"] } });
    const answer = await raw(emulator, line, FOREIGN);

    expect(statusOf(answer)).toBe(403);
    expect(answer).not.toMatch(/access-control/i);
    expect([emulator.recording.eventsOf("Check"), emulator.recording.eventsOf("Other")]).toEqual([[], []]);
  });

  it.each([
    ["PutEvents", "AWSEvents.PutEvents", '{"Entries":[{"Source":"CLI","DetailType":"x","Detail":"{}"}]}'],
    ["SendMessage", "AmazonSQS.SendMessage", '{"QueueUrl":"http://127.0.0.1/1/updates","MessageBody":"x"}'],
  ])("a function's path does not lead a foreign page to %s", async (_operation, operation, body) => {
    await using emulator = await start(ok, {}, withQueue);
    const headers = [...FOREIGN, SIGNED, `X-Amz-Target: ${operation}`];

    expect(statusOf(await raw(emulator, "POST /_functions/Check/ HTTP/1.1", headers, body))).toBe(204);
    expect(emulator.recording.events.map(({ kind }) => kind)).toEqual(["invocation-begun", "invocation-ended"]);
  });

  it.each(["/_functions/Check/../../2015-03-31/functions/Other/invocations", "/_functions/Check/%2e%2e/_local/queues"])(
    "the path %s is the function's own",
    async (path) => {
      await using emulator = await start();
      await raw(emulator, `POST ${path} HTTP/1.1`, FOREIGN);

      expect(emulator.recording.eventsOf("Check")).toMatchObject([{ rawPath: path.slice("/_functions/Check".length) }]);
      expect(emulator.recording.eventsOf("Other")).toEqual([]);
    },
  );

  it("a host name that is made to resolve to this machine is refused", async () => {
    await using emulator = await start(ok, { cors: { ...CORS, allowOrigins: ["*"] } });
    const status = await new Promise((resolve, reject) => {
      const headers = { Host: "evil.example:3001" };
      request({ host: "127.0.0.1", port: emulator.port, path: "/_functions/Check/", headers }, (response) =>
        resolve(response.statusCode),
      )
        .on("error", reject)
        .end();
    });

    expect(status).toBe(403);
    expect(emulator.recording.eventsOf("Check")).toEqual([]);
  });

  const withQueue = { eventing: { queues: [{ name: "updates" }] } };
});

it("a URL of an unknown function is refused", async () => {
  await expect(start(ok, { functionName: "Nobody" })).rejects.toThrow("URL of Check: no function is named Nobody");
});

it("bodies that wait for memory do not keep a function from its own calls", async () => {
  const Check: Handler = async () => {
    const url = `http://127.0.0.1:${(await starting).port}/dev/@connections/x`;
    return { statusCode: (await fetch(url, { method: "POST", body: "x" })).status };
  };
  const starting = start(Check);
  await using emulator = await starting;
  const body = new Uint8Array(6 * 1024 * 1024);
  const responses = await Promise.all(
    Array.from({ length: 12 }, () => fetch(address(emulator), { method: "POST", body })),
  );

  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([400]));
});
