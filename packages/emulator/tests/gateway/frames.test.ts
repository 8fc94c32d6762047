import { once } from "node:events";
import fc from "fast-check";
import { expect, it } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { clientFrame } from "../support/client-frame.ts";
import { type Handler, ok } from "../support/handlers.ts";
import { openSocket, upgradeText } from "../support/raw-socket.ts";

type Frame = {
  readonly opcode: number;
  readonly fin: boolean;
  readonly masked: boolean;
  readonly reserved: number;
  readonly size: number;
  readonly lengthBytes: 1 | 3 | 9;
};

const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const frame: fc.Arbitrary<Frame> = fc
  .record({
    opcode: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 1, 1, 1, 8, 9, 10) }, fc.nat(15)),
    fin: fc.boolean(),
    masked: mostly(true, false),
    reserved: mostly(0, 0x10, 0x20, 0x40),
    size: fc.constantFrom(0, 1, 2, 125, 126, 300),
    longer: mostly<1 | 3 | 9>(1, 3, 9),
  })
  .map(({ longer, ...rest }) => ({ ...rest, lengthBytes: rest.size < 126 || longer === 9 ? longer : 3 }));

const LONGER_THAN_NEEDED: Frame = { opcode: 1, fin: false, masked: true, reserved: 0, size: 0, lengthBytes: 3 };
const CLOSE: Frame = { opcode: 8, fin: true, masked: true, reserved: 0, size: 0, lengthBytes: 1 };

const CONTROL = new Set([8, 9, 10]);
const KNOWN = new Set([0, 1, 2, ...CONTROL]);

/** RFC 6455's result for frames: the messages that count, and the close code; zero if the connection stays open. */
function expectedOf(frames: readonly Frame[]): { readonly messages: readonly string[]; readonly code: number } {
  const messages: string[] = [];
  let begun: { readonly text: string; readonly isBinary: boolean } | undefined;
  for (const { opcode, fin, masked, reserved, size, lengthBytes } of frames) {
    const isLonger = lengthBytes > (size < 126 ? 1 : 3);
    if (!masked || reserved !== 0 || isLonger || !KNOWN.has(opcode)) return { messages, code: 1002 };
    if (CONTROL.has(opcode)) {
      if (!fin || size > 125 || (opcode === 8 && size === 1)) return { messages, code: 1002 };
      if (opcode === 8) return { messages, code: size === 0 ? 1005 : 1000 };
      continue;
    }
    if ((opcode === 0) !== (begun !== undefined)) return { messages, code: 1002 };
    begun = { text: (begun?.text ?? "") + "x".repeat(size), isBinary: begun?.isBinary ?? opcode === 2 };
    if (!fin) continue;
    if (begun.isBinary) return { messages, code: 1003 };
    messages.push(begun.text);
    begun = undefined;
  }
  return { messages, code: 0 };
}

function bytesOf({ size, ...form }: Frame): Buffer {
  const payload = Buffer.from("x".repeat(size));
  if (form.opcode === 8 && size >= 2) payload.writeUInt16BE(1000);
  return clientFrame(payload, form);
}

it("attack:G8 a frame that breaks RFC 6455 closes the connection with its code, and earlier messages count", {
  timeout: 60_000,
}, async () => {
  const Fn: Handler = ({ body }) => ({ statusCode: 200, body });
  await using emulator = await startEmulator({
    functions: { Connect: ok, Disconnect: ok, Fn },
    routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Fn", routeResponse: true } },
  });
  const { recording } = emulator;
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), fc.boolean(), async (frames, inPieces) => {
      const { messages, code } = expectedOf(frames);
      const socket = await openSocket(emulator.port);
      const closed = once(socket.on("error", () => {}).resume(), "close");
      const goodbye = code === 0 ? [clientFrame("", { opcode: 8 })] : [];
      const pieces = [Buffer.from(upgradeText()), ...frames.map(bytesOf), ...goodbye];
      for (const piece of inPieces ? pieces : [Buffer.concat(pieces)]) {
        socket.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await closed;
      await expect.poll(() => recording.eventsOf("Disconnect").length).toBe(1);
      const [{ requestContext }] = recording.eventsOf("Disconnect");
      expect(requestContext.disconnectStatusCode).toBe(code === 0 ? 1005 : code);
      expect(recording.eventsOf("Fn").map(({ body }) => body)).toEqual(messages);
      recording.clear();
    }),
    {
      numRuns: 60,
      examples: [
        [[LONGER_THAN_NEEDED, CLOSE], false],
        [[CLOSE, LONGER_THAN_NEEDED], false],
      ],
    },
  );
});
