import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConnectionsEndpoint } from "../../../src/adapters/api-gateway-management/connections-endpoint.ts";
import { ManagementApi } from "../../../src/adapters/api-gateway-management/management-api.ts";
import { ManagementApiChannel } from "../../../src/adapters/api-gateway-management/management-api-channel.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { connectionId, NOON } from "../../support/notifications.ts";
import { senderOf } from "../../support/prepared-push.ts";
import { rawAnswer, SocketStandIn } from "../../support/socket-stand-in.ts";

const IDS = (name: string, count: number) => Array.from({ length: count }, (_, n) => connectionId(`${name}${n}`));

let standIn: SocketStandIn;
let clock: FixedClock;
beforeEach(async () => {
  standIn = await new SocketStandIn().start();
  clock = new FixedClock(NOON);
});
afterEach(() => standIn.stop());

type Times = { timeoutMillis?: number; doubtMillis?: number };

function makeApi(times: Times = {}) {
  const endpoint = parseConnectionsEndpoint(`${standIn.origin}/dev`);
  if (endpoint === undefined) throw new Error("not an endpoint");
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: new Secret("planted-secret-access-key") };
  const options = { region: "eu-west-1", clock, socketsKept: 50, ...times };
  return new ManagementApi({ ...options, endpoint, credentials });
}

const makeChannel = (times?: Times) => new ManagementApiChannel(makeApi(times));

const makePost = (times?: Times) => senderOf(makeChannel(times));

async function postWithKeptSockets(count: number, doubtMillis?: number) {
  const post = makePost(doubtMillis === undefined ? {} : { doubtMillis });
  await Promise.all(IDS("warm", count).map(post));
  standIn.arrived.length = 0;
  standIn.socketsOpened = 0;
  return post;
}

describe.each([1, 4, 10, 24, 50])("of %i kept sockets,", (count) => {
  it("after a reset of all, one push costs one new socket, and no dead socket is used again", async () => {
    const post = await postWithKeptSockets(count);
    standIn.resetSockets();
    const first = await post(connectionId("c"));
    const next = await post(connectionId("d"));
    expect([first, next, standIn.arrived, standIn.socketsOpened]).toEqual(["delivered", "delivered", ["c", "d"], 2]);
  });

  it("after a reset of all, the same number of concurrent posts arrive, each on a new socket", async () => {
    const post = await postWithKeptSockets(count);
    standIn.resetSockets();
    const outcomes = await Promise.all(IDS("c", count).map(post));
    expect(new Set(outcomes)).toEqual(new Set(["delivered"]));
    expect([...standIn.arrived].sort()).toEqual([...IDS("c", count)].sort());
    expect(standIn.socketsOpened).toBe(count);
  });

  it("after a silent death of all, one push is posted twice, and no dead socket is used again", async () => {
    const post = await postWithKeptSockets(count, 30);
    standIn.silenceSockets();
    const outcomes = [await post(connectionId("c")), await post(connectionId("d"))];
    expect([outcomes, standIn.arrived]).toEqual([
      ["delivered", "delivered"],
      ["c", "c", "d"],
    ]);
  });

  it("after a silent death of all, the same number of concurrent posts are each repeated once", async () => {
    const post = await postWithKeptSockets(count, 30);
    standIn.silenceSockets();
    const outcomes = await Promise.all(IDS("c", count).map(post));
    expect(new Set(outcomes)).toEqual(new Set(["delivered"]));
    expect([...standIn.arrived].sort()).toEqual([...IDS("c", count), ...IDS("c", count)].sort());
  });
});

describe("a kept socket", () => {
  it("that has responded since the last possible freeze counts as alive: a post that hangs on it is not repeated", async () => {
    const post = makePost({ timeoutMillis: 400, doubtMillis: 30 });
    standIn.answer = (socket, id) => id.startsWith("hanging") || socket.write(rawAnswer(200));
    const other = post(connectionId("hanging-1"));
    await post(connectionId("good"));
    const outcomes = await Promise.all([other, post(connectionId("hanging-2"))]);
    expect(outcomes).toEqual(["unanswered", "unanswered"]);
    expect(standIn.arrived).toEqual(["hanging-1", "good", "hanging-2"]);
    expect(standIn.socketsOpened).toBe(2);
  });

  it("fault:J8 that dies silently is noticed, although a ping from before the first event still hangs", async () => {
    const api = makeApi({ timeoutMillis: 400, doubtMillis: 30 });
    const post = senderOf(new ManagementApiChannel(api));
    const pinged = api.prime().catch((error: unknown) => error);
    await post(connectionId("warm"));
    standIn.silenceSockets();
    expect([await post(connectionId("c")), standIn.arrived]).toEqual(["delivered", ["warm", "c", "c"]]);
    expect(await pinged).toBeInstanceOf(Error);
  });

  it.each([
    ["19 s", 19, 0],
    ["21 s, in which it may have died silently,", 21, 1],
    ["an unknown time, because the clock was set back,", -1, 1],
  ])("that was idle for %s: sockets opened anew", async (_time, seconds, opened) => {
    const post = await postWithKeptSockets(1);
    clock.advance(seconds);
    await post(connectionId("c"));
    expect(standIn.socketsOpened).toBe(opened);
  });

  it("proves nothing of a connection whose post ends it: the post is repeated on a new socket", async () => {
    const post = await postWithKeptSockets(1);
    standIn.answer = (socket) => socket.write(rawAnswer(410));
    expect([await post(connectionId("c")), standIn.arrived]).toEqual(["gone", ["c", "c"]]);
  });

  it.each<[string, (send: () => void) => void]>([
    ["with the first", (send) => send()],
    ["just behind the first", (send) => setImmediate(send)],
    ["some time later", (send) => setTimeout(send, 0)],
    ["still later", (send) => setTimeout(send, 1)],
  ])(
    "fault:J1 a second response, 410, to no request, %s: no living connection is reported gone",
    async (_when, wait) => {
      const post = makePost();
      standIn.answer = (socket) => {
        socket.write(rawAnswer(200));
        wait(() => socket.writable && socket.write(rawAnswer(410)));
      };
      const outcomes: string[] = [];
      for (const id of IDS("c", 100)) outcomes.push(await post(id));
      expect(outcomes).toEqual(Array(100).fill("delivered"));
    },
  );
});
