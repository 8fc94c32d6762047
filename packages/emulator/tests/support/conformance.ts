import { once } from "node:events";
import { startEmulator } from "../../src/testing.ts";
import { clientFrame } from "./client-frame.ts";
import { deferred } from "./deferred.ts";
import type { Handler } from "./handlers.ts";
import { openSocket, upgradeText } from "./raw-socket.ts";

/** A case of RFC 6455: what a client sends, and what comes of it. */
export type Case = {
  readonly title: string;
  readonly sent: readonly Buffer[];
  /** The texts that reach the function. */
  readonly messages?: readonly string[];
  /** The pongs that the client gets, before the close frame. */
  readonly pongs?: readonly string[];
  /** The code of the gateway's close frame. Absent if the connection stays open; the client then closes it itself. */
  readonly closes?: number | "without a code";
  /** The code that `$disconnect` is told, if it is another one. */
  readonly told?: number;
  /** `bytes`: each byte in a write of its own. By default all frames come in one. */
  readonly pieces?: "bytes" | "frames";
};

type Outcome = Required<Pick<Case, "messages" | "pongs">> & { readonly closes: unknown; readonly told: unknown };

export type Conformance = {
  /** Runs a case on a connection of its own. */
  run(sample: Case): Promise<Outcome>;
  close(): Promise<void>;
};

const GOODBYE = 4999;

/** The outcome that the case expects. */
export function expectedOf({ messages = [], pongs = [], closes = GOODBYE, told }: Case): Outcome {
  return { messages, pongs, closes, told: told ?? (closes === "without a code" ? 1005 : closes) };
}

/** One emulator for all cases, which may run at once. Every message is answered with itself. */
export async function startConformance(): Promise<Conformance> {
  const connections = new Map<string, { messages: string[]; told: (code: number) => void }>();
  const cases = new Map<string, (connectionId: string) => void>();
  const Connect: Handler = ({ requestContext, queryStringParameters }) => {
    cases.get(queryStringParameters.case)?.(requestContext.connectionId);
    return { statusCode: 200 };
  };
  const Disconnect: Handler = ({ requestContext }) =>
    connections.get(requestContext.connectionId)?.told(requestContext.disconnectStatusCode);
  const Echo: Handler = ({ requestContext, body }) => {
    connections.get(requestContext.connectionId)?.messages.push(body);
    return { statusCode: 200, body };
  };
  const emulator = await startEmulator({
    functions: { Connect, Disconnect, Echo },
    routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Echo", routeResponse: true } },
  });

  return {
    async run({ sent, closes, pieces }) {
      const id = String(cases.size);
      const messages: string[] = [];
      const told = deferred<number>();
      cases.set(id, (connectionId) => connections.set(connectionId, { messages, told: told.resolve }));
      const goodbye = closes === undefined ? [closeFrame(GOODBYE)] : [];
      const head = Buffer.from(upgradeText({}, `GET /dev?case=${id} HTTP/1.1`));
      const received = await exchangeFrames(emulator.port, [head, ...sent, ...goodbye], pieces);
      const closing = received.find(({ opcode }) => opcode === 8);
      return {
        messages,
        pongs: received.filter(({ opcode }) => opcode === 10).map(({ payload }) => payload.toString()),
        closes: closing && (closing.payload.length < 2 ? "without a code" : closing.payload.readUInt16BE()),
        told: await told.promise,
      };
    },
    close: () => emulator.close(),
  };
}

/** A client's close frame with a code, and with a reason in any bytes. */
export function closeFrame(code: number, reason: string | Buffer = ""): Buffer {
  const number = Buffer.alloc(2);
  number.writeUInt16BE(code);
  return clientFrame(Buffer.concat([number, Buffer.from(reason)]), { opcode: 8, maskKey: [7, 77, 177, 250] });
}

/** Sends the pieces, and reads to the end of the socket. A close frame is answered, so that nothing waits for it. */
async function exchangeFrames(
  port: number,
  [head, ...frames]: readonly Buffer[],
  pieces: Case["pieces"],
): Promise<readonly ServerFrame[]> {
  const socket = await openSocket(port);
  let bytes = Buffer.alloc(0);
  const closed = once(socket, "close");
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (framesIn(bytes).some(({ opcode }) => opcode === 8) && !socket.writableEnded) socket.end(closeFrame(1000));
  });
  const whole = Buffer.concat(frames);
  const writes = pieces === "frames" ? frames : pieces === "bytes" ? [...whole].map((byte) => Buffer.from([byte])) : [];
  for (const write of [head ?? whole, ...(pieces === undefined ? [whole] : writes)]) {
    if (!socket.writable) break;
    socket.write(write);
    if (pieces !== undefined) await new Promise((resolve) => setImmediate(resolve));
  }
  await closed;
  return framesIn(bytes);
}

type ServerFrame = { readonly opcode: number; readonly payload: Buffer };

/** The complete frames behind the head of the 101. Throws on a frame that no server may send. */
function framesIn(bytes: Buffer): readonly ServerFrame[] {
  const frames: ServerFrame[] = [];
  const begin = bytes.indexOf("\r\n\r\n");
  let at = begin < 0 ? bytes.length : begin + 4;
  while (at + 2 <= bytes.length) {
    const [first = 0, second = 0] = bytes.subarray(at, at + 2);
    if ((first & 0xf0) !== 0x80 || (second & 0x80) !== 0) throw new Error(`a frame begins with ${first}, ${second}`);
    const extended = second === 126 ? 2 : second === 127 ? 8 : 0;
    if (at + 2 + extended > bytes.length) break;
    const length =
      extended === 0 ? second : bytes.readUIntBE(at + 2 + Math.max(0, extended - 6), Math.min(6, extended));
    const payload = bytes.subarray(at + 2 + extended, at + 2 + extended + length);
    if (payload.length < length) break;
    frames.push({ opcode: first & 0x0f, payload });
    at += 2 + extended + length;
  }
  return frames;
}
