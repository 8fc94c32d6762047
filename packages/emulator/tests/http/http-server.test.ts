import { describe, expect, it, onTestFinished } from "vitest";
import type { HttpResponse } from "../../src/http/http-service.ts";
import { deferred } from "../support/deferred.ts";
import { serveHttpServices } from "../support/serve-http-services.ts";

async function serve(response: HttpResponse): Promise<string> {
  const { origin, close } = await serveHttpServices(async () => response);
  onTestFinished(close);
  return origin;
}

describe("a response that streams", () => {
  it("arrives in pieces, its head before the first of them", async () => {
    const mayBegin = deferred();
    const mayGoOn = deferred();
    async function* pieces() {
      await mayBegin.promise;
      yield "first";
      await mayGoOn.promise;
      yield Buffer.from("second");
    }
    const headers = { "content-type": "text/event-stream" };
    const response = await fetch(await serve({ status: 200, headers, body: pieces() }));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    expect(response.headers.get("content-length")).toBeNull();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    mayBegin.resolve();
    expect(await reader?.read()).toEqual({ done: false, value: "first" });
    mayGoOn.resolve();
    expect(await reader?.read()).toEqual({ done: false, value: "second" });
    expect(await reader?.read()).toMatchObject({ done: true });
  });

  it("is closed when the client goes away", async () => {
    const closed = deferred();
    async function* pieces() {
      try {
        for (;;) {
          yield "more";
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        closed.resolve();
      }
    }
    const leaving = new AbortController();
    await fetch(await serve({ status: 200, body: pieces() }), { signal: leaving.signal });
    leaving.abort();
    await closed.promise;
  });

  it("is cut off when it fails, so that a part is not mistaken for the whole", async () => {
    async function* pieces() {
      yield "part";
      throw new Error("no more");
    }
    const response = await fetch(await serve({ status: 200, body: pieces() }));
    await expect(response.text()).rejects.toThrow();
  });

  it("has no body for HEAD, and is closed", async () => {
    const closed = deferred();
    const next = () => new Promise<IteratorResult<string>>(() => {});
    const finish = async () => {
      closed.resolve();
      return { done: true as const, value: undefined };
    };
    const body = { [Symbol.asyncIterator]: () => ({ next, return: finish }) };
    const response = await fetch(await serve({ status: 200, body }), { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    await closed.promise;
  });
});
