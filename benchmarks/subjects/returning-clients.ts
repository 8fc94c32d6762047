// Many clients that are cut at once and come back, each to the entities that it followed. A message gives the numbers.
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { resumeFrame, subscribeFrame } from "@portcullis/protocol";
import { WebSocket } from "ws";
import { signedToken } from "../settings.ts";

/** `subscribes`: a message for each entity. `resume`: one for all of them. */
export type Way = "subscribes" | "resume";

export type ReturnOrder = {
  readonly port: number;
  readonly clients: number;
  readonly entities: number;
  readonly way: Way;
};

export type Returned = {
  readonly seconds: number;
  readonly handshakes: number;
  readonly messages: number;
  /** Handshakes and messages that the gateway refused because of a quota. */
  readonly throttled: number;
  /** Handshakes and messages that had no other answer than an error. */
  readonly failed: number;
  /** The clients that heard a push to an entity of all, in the end. */
  readonly heard: number;
};

/** Full jitter: a random pause below this, which doubles with each failure. */
const FIRST_PAUSE_MILLIS = 1000;
const LONGEST_PAUSE_MILLIS = 30_000;

const HEARING_MILLIS = 10_000;

/** Every client follows it, beside entities of its own. */
const COMMON = "news";

type Counts = { handshakes: number; messages: number; throttled: number; failed: number };

class ReturningClient {
  readonly #url: string;
  readonly #token: string;
  readonly #entityIds: readonly string[];
  readonly #counts: Counts;
  #socket: WebSocket | undefined;

  constructor({ port, entities }: ReturnOrder, number: number, counts: Counts) {
    this.#url = `ws://127.0.0.1:${port}/dev`;
    this.#token = signedToken({ userId: `user-${number}`, permissions: ["subscribe:*"] });
    this.#entityIds = [COMMON, ...Array.from({ length: entities - 1 }, (_, entity) => `order-${number}-${entity}`)];
    this.#counts = counts;
  }

  /** Resolves when all entities are acknowledged. */
  async comeBack(way: Way): Promise<void> {
    let left = this.#entityIds;
    let socket = await this.#connected();
    for (let failures = 0; left.length > 0; failures += 1) {
      if (failures > 0) await pauseAfter(failures);
      if (socket.readyState !== WebSocket.OPEN) {
        socket = await this.#connected();
        left = this.#entityIds;
      }
      left = await this.#asked(socket, left, way);
    }
    this.#socket = socket;
  }

  cut(): void {
    this.#socket?.terminate();
  }

  hear(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#socket?.on("message", (data) => {
        if (JSON.parse(String(data)).entityId === COMMON) resolve(undefined);
      });
    });
  }

  async #connected(): Promise<WebSocket> {
    for (let failures = 0; ; failures += 1) {
      await pauseAfter(failures + 1);
      this.#counts.handshakes += 1;
      const socket = new WebSocket(this.#url, ["websocket", this.#token], { perMessageDeflate: false });
      const outcome = await new Promise<"open" | "throttled" | "failed">((resolve) => {
        socket.once("open", () => resolve("open")).on("error", () => resolve("failed"));
        socket.once("unexpected-response", (_request, { statusCode }) => {
          resolve(statusCode === 429 ? "throttled" : "failed");
          socket.terminate();
        });
      });
      if (outcome === "open") return socket;
      this.#counts[outcome] += 1;
    }
  }

  /** The entities that were not acknowledged. Every message has one answer; those of the gateway name no message. */
  #asked(socket: WebSocket, entityIds: readonly string[], way: Way): Promise<readonly string[]> {
    const frames =
      way === "resume"
        ? [resumeFrame({ entityIds, id: "1" })]
        : entityIds.map((entityId, index) => subscribeFrame({ entityId, id: String(index) }));
    return new Promise((resolve) => {
      const left = new Set(entityIds);
      let unanswered = frames.length;
      const hear = (data: unknown) => {
        const answer = JSON.parse(String(data));
        if (answer.type === "subscribed") left.delete(answer.entityId);
        else if (answer.type === "resumed") {
          for (const { entityId, code } of answer.results) if (code === undefined) left.delete(entityId);
        } else if (answer.message === "Too Many Requests") this.#counts.throttled += 1;
        else this.#counts.failed += 1;
        unanswered -= 1;
        if (unanswered > 0) return;
        socket.off("message", hear);
        resolve([...left]);
      };
      socket.on("message", hear).once("close", () => resolve(entityIds));
      this.#counts.messages += frames.length;
      for (const frame of frames) socket.send(JSON.stringify(frame));
    });
  }
}

function pauseAfter(failures: number): Promise<void> {
  return pause(Math.random() * Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** (failures - 1)));
}

async function measure(order: ReturnOrder): Promise<Returned> {
  const counts: Counts = { handshakes: 0, messages: 0, throttled: 0, failed: 0 };
  const clients = Array.from({ length: order.clients }, (_, number) => new ReturningClient(order, number, counts));
  const comeBack = (way: Way) => Promise.all(clients.map((client) => client.comeBack(way)));
  await comeBack("resume");
  for (const client of clients) client.cut();
  Object.assign(counts, { handshakes: 0, messages: 0, throttled: 0, failed: 0 });
  const start = performance.now();
  await comeBack(order.way);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, ...counts, heard: await hearersOf(order.port, clients) };
}

/** An entity that was acknowledged must be heard. */
async function hearersOf(port: number, clients: readonly ReturningClient[]): Promise<number> {
  let heard = 0;
  const hearing = Promise.all(clients.map((client) => client.hear().then(() => (heard += 1))));
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const bus = new EventBridgeClient({ region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, credentials });
  const Detail = JSON.stringify({ entityId: COMMON, message: "Back again." });
  await bus.send(new PutEventsCommand({ Entries: [{ Source: "CLI", DetailType: "Entity Updated", Detail }] }));
  await Promise.race([hearing, pause(HEARING_MILLIS)]);
  bus.destroy();
  return heard;
}

process.on("message", async (order: ReturnOrder) => process.send?.(await measure(order)));
