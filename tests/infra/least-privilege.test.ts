import { execFile } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { marshall } from "@aws-sdk/util-dynamodb";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  describeTemplate,
  EVERY_FUNCTION,
  localAccount,
  projectTemplate,
} from "../../packages/emulator/tests/support/project-template.ts";
import { toConnectionItem } from "../../src/adapters/dynamodb/connection-item.ts";
import { toGrantsItem } from "../../src/adapters/dynamodb/grants-item.ts";
import { toSubscriptionItem } from "../../src/adapters/dynamodb/subscription-item.ts";
import {
  accessKey,
  accessPartition,
  connectionKey,
  subscriptionKey,
  userRevocationKey,
} from "../../src/adapters/dynamodb/table-keys.ts";
import { grantsId } from "../../src/adapters/grants-id.ts";
import { encodeDelivery } from "../../src/adapters/sqs/delivery-body.ts";
import { encodeEndingTask } from "../../src/adapters/sqs/ending-body.ts";
import type { Connection, ConnectionId } from "../../src/domain/connection/connection.ts";
import { type EntityPattern, grantText } from "../../src/domain/grants/grant.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochMillis, EpochSeconds } from "../../src/domain/time.ts";
import { handlerFile } from "../../src/entrypoints/local/load-handler.ts";
import { aConnection } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { bundledConditions } from "../support/bundled-conditions.ts";
import { forgeJws } from "../support/forged-jws.ts";
import {
  AUTHORIZER_CONTEXT,
  authorizerEvent,
  connectEvent,
  disconnectEvent,
  messageEvent,
} from "../support/gateway-events.ts";
import { goodClaims, goodToken } from "../support/good-token.ts";
import { grantsOf } from "../support/granted-world.ts";
import { freshDelivery, named, recipient, userPush } from "../support/notifications.ts";
import { adminEvent, entityUpdated, scheduledEvent, sqsEvent } from "../support/queued-messages.ts";
import { type Answer, RecordingAws } from "../support/recording-aws.ts";
import { permissionsOf } from "../support/role-permissions.ts";
import { urlEvent } from "../support/url-event.ts";

type Work = {
  readonly events: readonly unknown[];
  readonly answer?: RecordingAws["answer"];
};

const SECRET = JSON.stringify({ signature: "role-signing-secret-0123456789abcdef" });
const secret: Answer = { body: { SecretString: SECRET, CreatedDate: 1_700_000_000 } };
const refused = (type: string): Answer => ({ status: 400, body: { __type: type } });
const PENDING = "00000000-0000-4000-8000-000000000002";
const VERSIONS = { "00000000-0000-4000-8000-000000000001": ["AWSCURRENT"], [PENDING]: ["AWSPENDING"] };

const ANN = "ann" as UserId;
const now = Date.now();
const [gone, unreachable] = [aLiveConnection(), aLiveConnection()];
const entityId = anEntityId();
/** The marker of a closed connection. */
const remains: Answer = { body: { Items: [marshall({ ...connectionKey(gone.id), names: new Set([entityId]) })] } };

/** The sender's record, with some names in a part. */
const sendersRecord: Answer = {
  body: {
    Items: [
      marshall({
        ...toConnectionItem({ ...aLiveConnection(), identity: { userId: ANN } }),
        ...{ count: 1, levels: "1" },
      }),
    ],
  },
};

/** The grants of the record's token, and their item. */
const grants = grantsOf(1, 30);
const sendersGrants: Answer = {
  body: { Item: marshall(toGrantsItem(aLiveConnection().id, aLiveConnection().connectedAt, grants)) },
};

const sendersItem: Answer = {
  body: { Item: marshall(toConnectionItem(withGrants({ ...aLiveConnection(), identity: { userId: ANN } }))) },
};

function withGrants(connection: Connection): Connection {
  const granted = grantsId(grants);
  return { ...connection, token: { ...connection.token, ...(granted && { grants: granted }) } };
}

/** An administrator lets ann subscribe to the entity. */
const annsAccess: Answer = {
  body: {
    Items: [
      marshall({
        ...accessKey(ANN, { verb: "subscribe", pattern: "order-17" as EntityPattern }),
        ...{ grantedAt: 1_700_000_000, version: 1 },
      }),
    ],
  },
};

/** An item of the revocations of ann's tokens. */
const revocation: Answer = {
  body: {
    Responses: {
      WebsocketTable: [marshall({ ...userRevocationKey(ANN), issuedBefore: 2_000_000_000 })],
    },
  },
};

/** Ends later than the token of the record. */
function renewedToken(permissions: readonly string[] = []): string {
  return forgeJws({
    payload: {
      ...goodClaims(Math.floor(now / 1000)),
      ...{ iss: "portcullis", aud: "portcullis", exp: Math.floor(now / 1000) + 7200, permissions },
    },
    key: "role-signing-secret-0123456789abcdef",
  });
}

function renewal(permissions: readonly string[]) {
  return messageEvent(JSON.stringify({ action: "authenticate", token: renewedToken(permissions), id: "7" }), {
    authorizer: { ...AUTHORIZER_CONTEXT, issuer: "portcullis" },
  });
}

/** A message of a user who is subscribed to an entity, or to none. */
function answerToSender(subscribed?: EntityId): RecordingAws["answer"] {
  return (action, { ExpressionAttributeValues: asked }) => {
    const isList = JSON.stringify(Object(asked)).includes(accessPartition(ANN));
    if (action === "dynamodb:Query") return isList ? annsAccess : sendersRecord;
    if (action !== "dynamodb:BatchGetItem" || subscribed === undefined) return undefined;
    const row = { ...subscriptionKey(subscribed, "" as ConnectionId), part: 0 };
    return { body: { Responses: { WebsocketTable: [marshall(row)] } } };
  };
}

function aLiveConnection(): Connection {
  const expiresAt = (Math.floor(now / 1000) + 3600) as EpochSeconds;
  return aConnection({ connectedAt: (now - 60_000) as EpochMillis, expiresAt });
}

/** One connection is gone and has to be forgotten; another cannot be reached and becomes a leftover. */
function push(
  subscribers: readonly Record<string, unknown>[],
  connections: readonly Record<string, unknown>[],
): RecordingAws["answer"] {
  return (action, { url, IndexName, ExpressionAttributeValues: asked }) => {
    const items = IndexName === undefined ? subscribers : connections;
    const isOfAnEnd = action === "dynamodb:Query" && Object.hasOwn(Object(asked), ":connection");
    if (isOfAnEnd) return remains;
    if (action === "dynamodb:Query") return { body: { Items: items.map((item) => marshall(item)) } };
    if (action !== "execute-api:ManageConnections") return undefined;
    return { status: String(url).includes(encodeURIComponent(gone.id)) ? 410 : 500, body: {} };
  };
}

/** A connection whose time is over. */
const ended: Connection = { ...aLiveConnection(), expiresAt: Math.floor(now / 1000) as EpochSeconds };
const expiry = { kind: "expiry" } as const;

/** A connection that may no longer hear its one entity. */
const reviewed = aLiveConnection();
const reviewedItems: Answer = {
  body: { Items: [marshall({ ...toConnectionItem(reviewed), count: 1, names: new Set([entityId]) })] },
};

/** A user without an item in the table. */
const toStranger = { recipients: named([recipient("stranger")]) };

const published = { time: new Date(now).toISOString() };

/** Work of each function that needs all its permissions. */
const work: Readonly<Record<string, Work>> = {
  Authorizer: {
    // Signed by somebody else, which only the keys can tell.
    events: [authorizerEvent({ query: { access_token: goodToken(1_700_000_000) } })],
    answer: () => secret,
  },
  CreateTestJwt: { events: [{ userId: "ann" }], answer: () => secret },
  Connect: {
    events: [connectEvent()],
    // Revoked, so that the record is closed again.
    answer: (action) => (action === "dynamodb:BatchGetItem" ? revocation : undefined),
  },
  Authenticate: {
    // The same grants as before, others, and none.
    events: [grants.map(grantText), ["subscribe:order-*"], []].map(renewal),
    answer: (action, { Key }) => {
      if (action === "secretsmanager:GetSecretValue") return secret;
      if (action !== "dynamodb:GetItem") return undefined;
      return JSON.stringify(Key).includes("grants") ? sendersGrants : sendersItem;
    },
  },
  Check: {
    events: [urlEvent({ headers: { authorization: `Bearer ${renewedToken()}` } })],
    answer: (action) => (action === "secretsmanager:GetSecretValue" ? secret : undefined),
  },
  Disconnect: {
    events: [disconnectEvent()],
    answer: (action) => (action === "dynamodb:Query" ? remains : undefined),
  },
  Default: { events: [{}] },
  Subscribe: {
    events: [messageEvent('{"action":"subscribe","entityId":"order-17"}')],
    answer: answerToSender(),
  },
  Resume: {
    events: [messageEvent('{"action":"resume","entityIds":["order-17"],"id":"7"}')],
    answer: answerToSender(),
  },
  Unsubscribe: {
    events: [messageEvent('{"action":"unsubscribe","entityId":"order-17"}')],
    answer: answerToSender("order-17" as EntityId),
  },
  DeliverPushes: {
    events: [
      sqsEvent(
        entityUpdated({ entityId, message: "shipped" }, published),
        entityUpdated(
          { userId: gone.identity.userId, message: "hello" },
          { ...published, "detail-type": "Send User Push Notification" },
        ),
        "unreadable",
        encodeDelivery({ ...freshDelivery(userPush({}, published)), to: toStranger }),
      ),
    ],
    answer: push(
      [gone, unreachable].map((connection) => toSubscriptionItem(aSubscription(connection, entityId), 0)),
      [gone, unreachable].map(toConnectionItem),
    ),
  },
  Administer: {
    events: [
      scheduledEvent(published.time),
      sqsEvent(
        adminEvent("Revoke Tokens", { userId: gone.identity.userId }, published),
        adminEvent("Grant Access", { userId: gone.identity.userId, pattern: "order-*" }, published),
        "unreadable",
        encodeEndingTask({ order: expiry, part: { kind: "named", ids: [ended.id] }, cut: 1, attempt: 0 }),
        encodeEndingTask({
          order: { kind: "review" },
          part: { kind: "named", ids: [reviewed.id] },
          cut: 0,
          attempt: 0,
        }),
      ),
    ],
    answer: (action, { url, IndexName, ExpressionAttributeValues: asked }) => {
      const isOfAnEnd = action === "dynamodb:Query" && Object.hasOwn(Object(asked), ":connection");
      if (isOfAnEnd) return JSON.stringify(asked).includes(reviewed.id) ? reviewedItems : remains;
      if (JSON.stringify(Object(asked)).includes(accessPartition("" as UserId))) return { body: { Items: [] } };
      if (IndexName === "EndsIndex") return { body: { Count: 1, Items: [] } };
      if (action === "dynamodb:Query") return { body: { Items: [marshall(toConnectionItem(gone))] } };
      if (action === "dynamodb:BatchGetItem") {
        const items = [gone, ended].map((connection) => marshall(toConnectionItem(connection)));
        return { body: { Responses: { WebsocketTable: items } } };
      }
      return action === "execute-api:ManageConnections" && String(url).includes("/dev/") ? { body: {} } : undefined;
    },
  },
  RotateSecret: {
    events: ["createSecret", "setSecret", "testSecret", "finishSecret"].map((Step) => ({
      SecretId: "JwtSignatureSecret",
      ClientRequestToken: PENDING,
      Step,
    })),
    answer: (action, { VersionId }, before) => {
      if (action === "secretsmanager:DescribeSecret") return { body: { VersionIdsToStages: VERSIONS } };
      if (action !== "secretsmanager:GetSecretValue") return undefined;
      const isFilled = before.some((permission) => permission.startsWith("secretsmanager:PutSecretValue"));
      return VersionId !== undefined && !isFilled ? refused("ResourceNotFoundException") : secret;
    },
  },
};

async function permissionsUsedBy(functionName: string, { events, answer }: Work): Promise<readonly string[]> {
  const aws = await RecordingAws.start();
  onTestFinished(() => aws.close());
  if (answer !== undefined) aws.answer = answer;
  const { functions } = describeTemplate(projectTemplate(), EVERY_FUNCTION, localAccount(aws.origin));
  const fn = functions.find(({ name }) => name === functionName);
  if (fn === undefined) throw new Error(`no function ${functionName}`);
  const child = execFile(
    process.execPath,
    [...bundledConditions, resolve("tests/support/invoke-handler.ts"), fileURLToPath(handlerFile(fn))],
    {
      env: {
        ...fn.environment,
        CONNECTIONS_ENDPOINT: `${aws.origin}/dev`,
        AWS_ENDPOINT_URL: aws.origin,
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      },
    },
  );
  child.stdin?.end(JSON.stringify(events));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${functionName} does not load`);
  return [...aws.permissions].toSorted();
}

describe("least privilege", () => {
  it("is checked for every function", () => {
    const { functions } = describeTemplate(projectTemplate(), EVERY_FUNCTION);

    expect(Object.keys(work).toSorted()).toEqual(functions.map(({ name }) => name).toSorted());
  });

  it.each(Object.entries(work))("%s has exactly the permissions that it uses", async (functionName, rehearsal) => {
    const used = await permissionsUsedBy(functionName, rehearsal);

    expect(used).toEqual(permissionsOf(functionName));
  });
});
