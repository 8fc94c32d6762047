import { type ChildProcess, spawn } from "node:child_process";
import { connectTo } from "@portcullis/emulator/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leaksIn, plantedTexts } from "../../../packages/emulator/tests/support/planted-texts.ts";
import { exchange, statusOf } from "../../../packages/emulator/tests/support/raw-socket.ts";
import { SystemClock } from "../../../src/adapters/system/system.ts";
import { toEpochSeconds } from "../../../src/domain/time.ts";
import { attackRequests } from "../../support/attacks/attack-requests.ts";
import { freePort } from "../../support/emulator-parts.ts";
import { AUDIENCE, goodToken, POLICY, SECRET_TEXT } from "../../support/good-token.ts";

const now = toEpochSeconds(new SystemClock().now());
const TOKEN = goodToken(now);
const requests = attackRequests({ secret: SECRET_TEXT, now }, TOKEN);

const MAIN = "src/entrypoints/local/main.ts";
const PARAMETERS = [`TokenIssuer=${POLICY.issuer}`, `TokenAudience=${AUDIENCE}`].flatMap((parameter) => [
  "--parameter",
  parameter,
]);

let port: number;
let runtime: ChildProcess;
let output = "";

beforeAll(async () => {
  port = await freePort();
  runtime = spawn(process.execPath, [MAIN, "--port", String(port), ...PARAMETERS], {
    env: {
      ...process.env,
      PORTCULLIS_JWT_SECRET: SECRET_TEXT,
      PORTCULLIS_LOG_LEVEL: "debug",
    },
  });
  for (const stream of [runtime.stdout, runtime.stderr]) {
    stream?.on("data", (chunk) => {
      output += chunk;
    });
  }
  await until(() => output.includes("Ctrl-C"));
});

afterAll(() => {
  runtime.kill("SIGKILL");
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const refusals = () => output.split("\n").filter((line) => line.includes('"outcome":"rejected"'));

describe("the output of npm start", () => {
  it("has one line with a reason for each attack", { timeout: 60_000 }, async () => {
    const statuses = new Set<number>();
    for (const [index, [, request]] of requests.entries()) {
      // The account's quota is 500 handshakes a second. A throttled one invokes no authorizer and leaves no line.
      if (index % 200 === 199) await new Promise((resolve) => setTimeout(resolve, 500));
      statuses.add(statusOf(await exchange(port, request)));
    }
    await until(() => refusals().length >= requests.length);

    expect([...statuses]).toStrictEqual([401]);
    expect(refusals()).toHaveLength(requests.length);
    for (const line of refusals())
      expect(JSON.parse(line)).toHaveProperty("reason", expect.stringMatching(/^[A-Z_]+$/));
  });

  it("attack:O3 never has the secret, a token or a part of one", { timeout: 60_000 }, async () => {
    const { ws } = await connectTo(`ws://127.0.0.1:${port}/dev`, { subprotocols: ["websocket", TOKEN] });
    ws.send(JSON.stringify({ action: TOKEN, access_token: TOKEN }));
    ws.send(TOKEN);
    await until(() => output.includes('"reason":"BAD_REQUEST"'));
    ws.close();
    await until(() => output.includes('"outcome":"closed"'));

    const tokens = new Set([TOKEN, ...requests.map(([, , token]) => token)]);
    const leaks = [...tokens].flatMap((token) => leaksIn(output, plantedTexts(SECRET_TEXT, token)));
    expect(leaks).toStrictEqual([]);
  });
});
