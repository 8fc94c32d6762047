import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startEmulator, type TestEmulator } from "@portcullis/emulator/testing";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { SystemClock } from "../../../src/adapters/system/system.ts";
import { toEpochSeconds } from "../../../src/domain/time.ts";
import { AUDIENCE, goodToken, POLICY, SECRET_TEXT } from "../../support/good-token.ts";
import { stubSettings } from "../../support/stub-settings.ts";

/** All that a browser shows to a page about an attempt to connect. */
type Seen =
  | { readonly opened: true; readonly protocol: string; readonly reply: string }
  | { readonly opened: false; readonly code: number; readonly reason: string };

const NO_BROWSER = inject("browser") === "";
const TOKEN = goodToken(toEpochSeconds(new SystemClock().now()));

/** Runs in the page: connects, sends a message without a route, and closes. */
function attempt([url, protocols]: readonly [url: string, protocols: string[]]): Promise<Seen> {
  return new Promise((resolve) => {
    const ws = new WebSocket(url, protocols);
    ws.onopen = () => ws.send('{"action":"nonsense"}');
    ws.onmessage = ({ data }) => {
      resolve({ opened: true, protocol: ws.protocol, reply: data });
      ws.close();
    };
    ws.onclose = ({ code, reason }) => resolve({ opened: false, code, reason });
  });
}

function connectFrom(page: Page, url: string, ...protocols: string[]): Promise<Seen> {
  return page.evaluate(attempt, [url, protocols] as const);
}

describe.skipIf(NO_BROWSER)("a real browser", () => {
  let browser: Browser;
  let pages: Server;
  let emulator: TestEmulator;
  /** The servers of the allowed origin, and of another one. */
  let page: Page;
  let foreignPage: Page;

  beforeAll(async () => {
    pages = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<p>page"));
    pages.listen(0, "127.0.0.1");
    await once(pages, "listening");
    const { port } = pages.address() as AddressInfo;
    emulator = await startHandlers(`http://127.0.0.1:${port}`);
    browser = await chromium.launch({ executablePath: inject("browser"), args: ["--no-sandbox"] });
    page = await browser.newPage();
    foreignPage = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await foreignPage.goto(`http://localhost:${port}/`);
  });

  afterAll(async () => {
    await browser?.close();
    await emulator?.close();
    pages?.close();
    vi.unstubAllEnvs();
  });

  it("connects with the token as second subprotocol, and gets the first one as response", async () => {
    const seen = await connectFrom(page, emulator.url, "websocket", TOKEN);

    expect(seen).toMatchObject({ opened: true, protocol: "websocket" });
    expect(seen).toHaveProperty("reply", expect.stringContaining("UNKNOWN_ACTION"));
  });

  it("connects with the token in the query, and gets no subprotocol", async () => {
    const seen = await connectFrom(page, `${emulator.url}?access_token=${TOKEN}`);

    expect(seen).toMatchObject({ opened: true, protocol: "" });
  });

  it("connects with the token in the query and only `websocket` offered", async () => {
    const seen = await connectFrom(page, `${emulator.url}?access_token=${TOKEN}`, "websocket");

    expect(seen).toMatchObject({ opened: true, protocol: "websocket" });
  });

  it.each<[title: string, url: (base: string) => string, protocols: string[]]>([
    ["attack:A1 no token", (base) => base, []],
    ["attack:A10 a forged token", (base) => base, ["websocket", `${TOKEN.slice(0, -3)}AAA`]],
    ["attack:F1 a token in both places", (base) => `${base}?access_token=${TOKEN}`, ["websocket", TOKEN]],
    ["an unknown stage", (base) => `${base}2?access_token=${TOKEN}`, []],
  ])("sees of a refusal only 1006: %s", async (_title, url, protocols) => {
    const seen = await connectFrom(page, url(emulator.url), ...protocols);

    expect(seen).toStrictEqual({ opened: false, code: 1006, reason: "" });
  });

  it("attack:F20 is refused with a good token on a page of another origin", async () => {
    const askedBefore = emulator.recording.eventsOf("Authorizer").length;
    const seen = await connectFrom(foreignPage, emulator.url, "websocket", TOKEN);

    expect(seen).toStrictEqual({ opened: false, code: 1006, reason: "" });
    expect(emulator.recording.eventsOf("Authorizer")).toHaveLength(askedBefore + 1);
  });
});

/** The functions as they are deployed, which read their settings while they load. */
async function startHandlers(origin: string): Promise<TestEmulator> {
  stubSettings({
    JWT_SECRET: SECRET_TEXT,
    TOKEN_ISSUER: POLICY.issuer,
    TOKEN_AUDIENCE: AUDIENCE,
    ALLOWED_ORIGINS: origin,
  });
  const [authorizer, opening, closing, other] = await Promise.all([
    import("../../../src/entrypoints/lambda/functions/authorizer.ts"),
    import("../../../src/entrypoints/lambda/functions/connect.ts"),
    import("../../../src/entrypoints/lambda/functions/disconnect.ts"),
    import("../../../src/entrypoints/lambda/functions/default.ts"),
  ]);
  return startEmulator({
    functions: {
      Authorizer: authorizer.handler,
      Connect: opening.handler,
      Disconnect: closing.handler,
      Default: other.handler,
    },
    routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Default", routeResponse: true } },
    authorizer: "Authorizer",
  });
}
