import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GetSecretValueCommand, PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { HandshakeRefused, type TestClient } from "@portcullis/emulator/testing";
import { PONG_TEXT } from "@portcullis/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClient } from "../../packages/emulator/src/testing/test-client.ts";
import { COMBINATIONS } from "../../scripts/template-combinations.ts";
import { Account, type Template } from "../support/deployment/account.ts";
import { Checkout } from "../support/deployment/checkout.ts";
import { type Emulator, hasEmulator, REGION, startEmulator } from "../support/deployment/emulator.ts";
import { scheduledEvent } from "../support/queued-messages.ts";

type Line = Readonly<Record<string, unknown>>;

const isDelivery = ({ message }: Line) => message === "delivery";
/** Not a priming that is too slow: it depends on the machine. */
const isFailedPriming = ({ message, errorName }: Line) => message === "not primed" && errorName !== "TimeoutError";

/** Removes a resource that the stage waits for. */
function removeAwaited(resources: Template["Resources"], name: string): void {
  delete resources[name];
  const [, awaited] = resources["WebsocketApi"].Properties.AccessLogSettings.DestinationArn["Fn::Select"];
  const at = awaited.findIndex(({ Ref }: { Ref?: string }) => Ref === name);
  awaited.splice(at, 1);
}

/** Polls until the effect is there. */
async function soon<T>(find: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(40)) {
    const found = await find();
    if (found !== undefined) return found;
  }
  throw new Error(`no ${what}`);
}

const STACK = "portcullis";
/** The parameters of the environment test-tokens in samconfig.toml. */
const PARAMETERS = { Production: "false", MintTestTokens: "true", DefaultGrants: "subscribe:user/{userId}/*" };

/** The caller of the tests. */
const ACCOUNT_ROOT = "arn:aws:iam::000000000000:root";

describe.skipIf(!hasEmulator())(
  "the template, deployed by the SAM CLI to an emulator of AWS",
  { timeout: 60_000 },
  () => {
    let folder: string;
    let emulator: Emulator;
    let checkout: Checkout;
    let account: Account;
    let deployed: Readonly<Record<string, string>>;
    let token: string;
    let ann: TestClient;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "deployment-"));
      emulator = await startEmulator(folder);
      checkout = new Checkout(folder, emulator);
      account = new Account(emulator);
      await checkout.make();
    });
    afterAll(async () => {
      await emulator?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Retries: all tests need the token, and on a busy machine a first call may exceed a function's time limit. */
    function mint(): Promise<string> {
      return soon(async () => {
        const answer = await account
          .invoke("CreateTestJwt", { userId: "ann", firstName: "Ann" })
          .catch(() => undefined);
        return answer && String(answer["authToken"]);
      }, "token");
    }

    /** Retries after a failure, as every client does. */
    const connectAnn = () =>
      soon(
        () => openClient(address(), { subprotocols: ["websocket", token] }, trust()).catch(() => undefined),
        "connection",
      );

    const address = () => `${emulator.origin.replace("https", "wss")}/_aws/execute-api/${deployed["WebsocketApi"]}/dev`;
    const trust = () => ({ ca: emulator.certificate });
    const knock = (query: string, protocols: string[] = []) =>
      openClient(address() + query, { subprotocols: protocols }, trust()).then(
        (client) => {
          client.close();
          return 101;
        },
        (error: unknown) => {
          if (error instanceof HandshakeRefused) return error.status;
          throw error;
        },
      );
    const withToken = () => knock(`?access_token=${token}`);
    const without = <T>(role: string, policy: string, look: () => Promise<T>) =>
      account.without(deployed[role] ?? "", policy, look);

    async function ask(client: TestClient, message: unknown): Promise<Readonly<Record<string, unknown>>> {
      client.send(message);
      return await client.json();
    }

    /** The first matching log entry that functions write after the action. */
    async function lineAfter(act: () => Promise<void>, matches: (line: Line) => boolean): Promise<Line> {
      const seen = emulator.functionLines().length;
      await act();
      return soon(() => emulator.functionLines().slice(seen).find(matches), "such a line");
    }

    /** A push's text and its path, so that a push by another path does not pass. */
    async function push(source: string, detailType: string, detail: unknown) {
      const line = await lineAfter(() => account.publish(source, detailType, detail), isDelivery);
      return { frame: await ann.json(), line };
    }

    const isEmpty = async () => (await account.liveRecords(deployed["WebsocketTable"] ?? "")) === 0;

    const firstMessageIn = (queue: string) =>
      soon(async () => (await account.receive(deployed[queue] ?? ""))[0], `message in ${queue}`);

    it("builds and deploys", { timeout: 120_000 }, async () => {
      await checkout.sam("build", "--config-env", "test-tokens");
      await checkout.sam("deploy", "--config-env", "test-tokens");
      deployed = await account.resourcesOf(STACK);

      expect(deployed).toHaveProperty("WebsocketApi");
    });

    it("has the default grants of samconfig.toml, with their braces and star", async () => {
      const stacks = await account.query("cloudformation", "DescribeStacks", { StackName: STACK });

      expect(stacks).toContain(PARAMETERS.DefaultGrants);
    });

    it("mints a test token", async () => {
      token = await mint();

      expect(token).toMatch(/^ey/);
    });

    it("fault:L1 starts an authorizer that may not read the secret, and admits no caller", async () => {
      const line = await lineAfter(
        async () => expect(await without("AuthorizerRole", "authorizer", withToken)).toBe(500),
        isFailedPriming,
      );

      expect(line).toMatchObject({ dependency: "SIGNING_SECRETS", errorName: "AccessDeniedException" });
    });

    it.each([
      ["without a token", 401, () => knock("")],
      ["with a malformed token", 401, () => knock("?access_token=rubbish")],
      ["with a token in both places", 401, () => knock(`?access_token=${token}`, ["websocket", token])],
      ["with a token in the URL", 101, withToken],
    ])("responds to a handshake %s with %s", async (_what, status, handshake) => {
      expect(await handshake()).toBe(status);
    });

    it("refuses a handshake while Connect may not write", async () => {
      expect(await without("ConnectRole", "connect", withToken)).toBeGreaterThanOrEqual(400);
    });

    it("accepts a token in the subprotocol, and responds with the subprotocol", async () => {
      // A push retries a connection that closed just after its handshake.
      await soon(async () => (await isEmpty()) || undefined, "end of earlier connections");
      ann = await connectAnn();

      expect(ann.ws.protocol).toBe("websocket");
    });

    it("responds to subscribe, and to a message without a route", async () => {
      expect(await ask(ann, { action: "subscribe", entityId: "order-17" })).toEqual({
        type: "subscribed",
        entityId: "order-17",
      });
      expect(await ask(ann, { action: "x" })).toMatchObject({ code: "UNKNOWN_ACTION" });
    });

    it("responds to ping with the constant of the contract", async () => {
      ann.send({ action: "ping", id: "7" });

      expect(await ann.text()).toBe(PONG_TEXT);
    });

    it("responds with an error while Subscribe may not write", async () => {
      const subscribe = () => ask(ann, { action: "subscribe", entityId: "order-18" });

      expect(await without("SubscribeRole", "subscribe", subscribe)).toMatchObject({ type: "error" });
    });

    it("pushes to subscribers and to a user, from the sources that may push, and from no other", async () => {
      await account.publish("elsewhere", "Entity Updated", { entityId: "order-17", message: "nobody's business" });
      const toSubscribers = await push("CLI", "Entity Updated", { entityId: "order-17", message: "shipped" });
      const toUser = await push("portcullis.orders", "Send User Push Notification", {
        userId: "ann",
        message: "hello",
      });

      expect(toSubscribers.frame).toMatchObject({ type: "Entity Updated", entityId: "order-17", message: "shipped" });
      expect(toUser.frame).toMatchObject({ type: "User Push Notification", message: "hello" });
      for (const { line } of [toSubscribers, toUser]) expect(line).toMatchObject({ delivered: 1, deferred: 0 });
      expect(ann.unread).toBe(0);
    });

    it("opened connections to the table and to @connections while functions started, and no start failed since", () => {
      const lines = emulator.functionLines();
      const pinged = lines.filter(({ message }) => message === "ping").map(({ host }) => host);

      expect(new Set(pinged)).toEqual(
        new Set([new URL(emulator.origin).host, `${deployed["WebsocketApi"]}.execute-api.${REGION}.amazonaws.com`]),
      );
      expect(lines.filter(isFailedPriming)).toHaveLength(1);
    });

    it("dead-letters an event that cannot be delivered, with a reason", async () => {
      await account.publish("CLI", "Entity Updated", { message: "to whom?" });

      expect((await firstMessageIn("Undeliverable")).MessageAttributes).toHaveProperty("Reason");
    });

    it("fault:M8 puts a user out by an event on the administrators' bus, with a last frame, and by no other bus", async () => {
      const { AdminEventBusName: bus = "" } = await account.outputsOf(STACK);
      const client = await soon(
        () => openClient(address(), { subprotocols: ["websocket", token] }, trust()).catch(() => undefined),
        "client",
      );
      await account.publish("CLI", "Disconnect User", { userId: "ann" });
      const line = await lineAfter(
        () => account.publish("admin", "Disconnect User", { userId: "nobody", reason: "a test" }, bus),
        ({ message }) => message === "admin event",
      );
      expect(line).toMatchObject({ userId: "nobody", statedReason: "a test", ended: 0 });
      expect(client.unread).toBe(0);

      await account.publish("admin", "Disconnect User", { userId: "ann", reconnect: true }, bus);
      expect(await client.json()).toMatchObject({ type: "disconnect", code: "DISCONNECTED" });
      await client.closed();
      await ann.closed();
      ann = await connectAnn();
      await ask(ann, { action: "subscribe", entityId: "order-17" });
    });

    it("looks each minute for connections that end", async () => {
      const { AdministerEachMinute: rule } = deployed;
      expect(rule).toBeDefined();
      await expect(
        account.invoke(deployed["Administer"] ?? "", scheduledEvent(new Date().toISOString())),
      ).resolves.toBeNull();
    });

    it.each([
      "EntityUpdatedQueue",
      "UserPushQueue",
      "ContinuationQueue",
      "Undeliverable",
      "AdminQueue",
      "AdminDeadLetters",
    ])(
      "attack:I4 accepts no message into %s from a caller that neither pushes nor is named in ReplayPrincipals",
      async (queue) => {
        await expect(account.send(deployed[queue] ?? "", "{}")).rejects.toMatchObject({ name: /AccessDenied/ });
      },
    );

    it("responds to unsubscribe", async () => {
      expect(await ask(ann, { action: "unsubscribe", entityId: "order-17" })).toMatchObject({ type: "unsubscribed" });
    });

    it("leaves nothing of a closed connection and its subscriptions", async () => {
      await ask(ann, { action: "subscribe", entityId: "order-19" });
      const before = await isEmpty();
      ann.close(1000, "bye");

      expect([before, await soon(async () => (await isEmpty()) || undefined, "empty table")]).toEqual([false, true]);
    });

    it("rotates the secret, and old tokens are still good", async () => {
      const { JwtSignatureSecret: SecretId = "", RotateSecret = "" } = deployed;
      const before = await account.secrets.send(new GetSecretValueCommand({ SecretId }));
      const ClientRequestToken = "0f8f9a44-0000-4000-8000-000000000001";
      await account.secrets.send(
        new PutSecretValueCommand({
          SecretId,
          ClientRequestToken,
          VersionStages: ["AWSPENDING"],
          SecretString: JSON.stringify({ signature: randomBytes(32).toString("hex") }),
        }),
      );
      for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"]) {
        await account.invoke(RotateSecret, { Step, SecretId, ClientRequestToken });
      }
      const after = await account.secrets.send(new GetSecretValueCommand({ SecretId }));

      expect(after.VersionId).toBe(ClientRequestToken);
      expect(after.SecretString).not.toBe(before.SecretString);
      expect(await withToken()).toBe(101);
    });

    it("replaces no resource with data when it is updated to another LogLevel", async () => {
      const keepers = ["WebsocketApi", "WebsocketTable", "JwtSignatureSecret", "EncryptionKey", "EntityUpdatedQueue"];
      await account.update(STACK, { ...PARAMETERS, LogLevel: "DEBUG", ReplayPrincipals: ACCOUNT_ROOT });
      const updated = await account.resourcesOf(STACK);

      expect(keepers.map((name) => updated[name])).toEqual(keepers.map((name) => deployed[name]));
      expect(await withToken()).toBe(101);
      token = await mint();
      expect(await withToken()).toBe(101);
    });

    it("accepts dead letters back from a principal that ReplayPrincipals names", async () => {
      const replay = () => account.send(deployed["EntityUpdatedQueue"] ?? "", JSON.stringify({ replayed: true }));

      expect(await lineAfter(replay, ({ message }) => message === "put aside")).toMatchObject({
        reason: "MALFORMED_EVENT",
      });
    });

    it("attack:I4 accepts no message into AdminQueue from it: who may replay pushes is no administrator", async () => {
      await expect(account.send(deployed["AdminQueue"] ?? "", "{}")).rejects.toMatchObject({ name: /AccessDenied/ });
    });

    it.each([
      ["a text that is not an origin", { AllowedOrigins: "app.example.com" }, "origins as https://app.example.com"],
      ["half a subscription", { SubscriptionLimit: "1.5" }, "a whole number from 1 to 1000"],
      ["a domain without a name", { DeployCustomDomain: "true" }, "DeployCustomDomain needs DomainName"],
      ["grants that reach another user's", { DefaultGrants: "subscribe:{userId}-*" }, "with {userId} only at the end"],
    ])("refuses in words %s", async (_what, parameters, words) => {
      await expect(account.update(STACK, { ...PARAMETERS, ...parameters })).rejects.toThrow(words);
    });

    it("accepts a permissions boundary, and a path of a domain whose certificate and DNS are held elsewhere", async () => {
      await account.update(STACK, {
        ...PARAMETERS,
        ...COMBINATIONS["domain-with-dns-elsewhere"],
        IpAddressType: "dualstack",
        PermissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess",
      });

      expect(await account.outputsOf(STACK)).toMatchObject({
        WebsocketUri: "wss://ws.example.com/push",
        CustomDomainTarget: expect.stringMatching(/amazonaws\.com$/),
      });
    });

    describe("finds a mistake in the template:", () => {
      let original: Template;
      beforeAll(async () => {
        original = await account.templateOf(STACK);
        ann = await connectAnn();
        await ask(ann, { action: "subscribe", entityId: "order-17" });
      });

      it.each<[what: string, spoil: (resources: Template["Resources"]) => void, symptom: () => Promise<void>]>([
        [
          "a route without its response",
          (resources) => removeAwaited(resources, "UnsubscribeRouteResponse"),
          async () => {
            ann.send({ action: "unsubscribe", entityId: "order-18" });
            expect(await ask(ann, { action: "x" })).toMatchObject({ code: "UNKNOWN_ACTION" });
          },
        ],
        [
          "a ping without its integration response",
          (resources) => removeAwaited(resources, "PingIntegrationResponse"),
          async () => {
            ann.send({ action: "ping" });
            expect(await ask(ann, { action: "x" })).toMatchObject({ code: "UNKNOWN_ACTION" });
          },
        ],
        [
          "an authorizer that is given another secret",
          ({ Authorizer }) => {
            Authorizer.Properties.Environment.Variables.JWT_SECRET_ID = "elsewhere";
          },
          async () => expect(await withToken()).toBe(500),
        ],
        [
          "a $connect route without an authorizer",
          ({ WebsocketApi }) => {
            WebsocketApi.Properties.Auth = { AuthType: "NONE" };
          },
          async () => expect(await knock("")).not.toBe(401),
        ],
        [
          "an identity source",
          ({ WebsocketApi }) => {
            WebsocketApi.Properties.Auth.IdentitySource = ["route.request.querystring.access_token"];
          },
          async () => expect(await knock("", ["websocket", token])).toBe(401),
        ],
        [
          "posts to another stage",
          ({ DeliverPushes }) => {
            DeliverPushes.Properties.Environment.Variables.CONNECTIONS_ENDPOINT = {
              // biome-ignore lint/suspicious/noTemplateCurlyInString: as Fn::Sub has it
              "Fn::Sub": "https://${WebsocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/elsewhere",
            };
          },
          async () => {
            const publish = () => account.publish("CLI", "Entity Updated", { entityId: "order-17", message: "lost" });
            expect(await lineAfter(publish, isDelivery)).toMatchObject({ delivered: 0 });
          },
        ],
        [
          "a rule that takes events from anywhere",
          ({ EntityUpdatedRule }) => {
            delete EntityUpdatedRule.Properties.EventPattern.$or;
          },
          async () => {
            const { frame } = await push("elsewhere", "Entity Updated", { entityId: "order-17", message: "forged" });
            expect(frame).toMatchObject({ message: "forged" });
          },
        ],
        [
          "a queue that accepts nothing from its rule",
          ({ EntityUpdatedQueuePolicy }) => {
            const [fromTheRule] = EntityUpdatedQueuePolicy.Properties.PolicyDocument.Statement;
            fromTheRule.Resource.shift();
          },
          async () => {
            await account.publish("CLI", "Entity Updated", { entityId: "order-17", message: "shipped" });
            expect(await firstMessageIn("EntityUpdatedDeadLetters")).toBeDefined();
          },
        ],
      ])("%s", async (_what, spoil, symptom) => {
        const template = structuredClone(original);
        spoil(template.Resources);
        await account.update(STACK, PARAMETERS, template);

        await symptom();
      });
    });

    it("is deleted, except for the account's log role", async () => {
      await checkout.sam("delete", "--config-env", "test-tokens", "--no-prompts", "--region", REGION);

      expect(await account.roleNames()).toEqual([expect.stringContaining("ApiGatewayLogRole")]);
    });
  },
);
