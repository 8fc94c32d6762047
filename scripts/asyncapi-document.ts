import { readFileSync } from "node:fs";
import { ADMIN_DETAIL_TYPES, DETAIL_TYPES } from "@portcullis/protocol";
import {
  authenticateFrameSchema,
  disconnectUserDetailSchema,
  entityUpdatedDetailSchema,
  grantAccessDetailSchema,
  jsonSchemaOf,
  type ObjectSchema,
  pingFrameSchema,
  resumeFrameSchema,
  revokeTokensDetailSchema,
  sendUserPushDetailSchema,
  serverFrameSchemas,
  subscribeFrameSchema,
  subscribeManyFrameSchema,
  unsubscribeFrameSchema,
  unsubscribeManyFrameSchema,
  withdrawAccessDetailSchema,
} from "@portcullis/protocol/schemas";
import { stringify } from "yaml";

/** Frames and events that a test exchanged with `npm start`, by message name. */
const EXAMPLES = "docs/examples/exchanged.json";

type MessageDescription = { readonly schema: ObjectSchema; readonly title: string; readonly summary: string };

const CLIENT_MESSAGES = {
  resume: {
    schema: resumeFrameSchema,
    title: "Resume",
    summary: "The first message: subscribe to all that is wanted, and learn the facts about the connection.",
  },
  subscribe: { schema: subscribeFrameSchema, title: "Subscribe", summary: "Subscribe to an entity." },
  subscribeMany: {
    schema: subscribeManyFrameSchema,
    title: "Subscribe to several",
    summary: "Subscribe to entities, each granted or refused on its own.",
  },
  unsubscribe: { schema: unsubscribeFrameSchema, title: "Unsubscribe", summary: "Unsubscribe from an entity." },
  unsubscribeMany: {
    schema: unsubscribeManyFrameSchema,
    title: "Unsubscribe from several",
    summary: "Unsubscribe from entities.",
  },
  authenticate: {
    schema: authenticateFrameSchema,
    title: "Authenticate",
    summary: "Present a newer token of the same user.",
  },
  ping: {
    schema: pingFrameSchema,
    title: "Ping",
    summary: "Ask if the connection is alive, and keep it from being idle. Other members are passed over.",
  },
} as const satisfies Record<string, MessageDescription>;

const SERVER_MESSAGES = {
  resumed: {
    schema: serverFrameSchemas.resumed,
    title: "Resumed",
    summary: "Who the client is, both ends, the limits, and one result for each entity.",
  },
  subscribed: {
    schema: serverFrameSchemas.subscribed,
    title: "Subscribed",
    summary: "What is published from now on is delivered.",
  },
  unsubscribed: {
    schema: serverFrameSchemas.unsubscribed,
    title: "Unsubscribed",
    summary: "Nothing more is delivered.",
  },
  subscribedMany: {
    schema: serverFrameSchemas.subscribedMany,
    title: "Subscribed to several",
    summary: "One result for each entity of the request.",
  },
  unsubscribedMany: {
    schema: serverFrameSchemas.unsubscribedMany,
    title: "Unsubscribed from several",
    summary: "One result for each entity of the request.",
  },
  ended: {
    schema: serverFrameSchemas.ended,
    title: "Subscription ended",
    summary: "Unasked: the permission has ended or was taken back, and nothing more is delivered.",
  },
  endedMany: {
    schema: serverFrameSchemas.endedMany,
    title: "Subscriptions ended",
    summary: "Unasked: the same for several subscriptions.",
  },
  authenticated: {
    schema: serverFrameSchemas.authenticated,
    title: "Authenticated",
    summary: "The connection has the new token's end.",
  },
  pong: {
    schema: serverFrameSchemas.pong,
    title: "Pong",
    summary: "The connection is alive. The text is the same for every ping.",
  },
  disconnect: {
    schema: serverFrameSchemas.disconnect,
    title: "Disconnect",
    summary: "The last frame: why the connection ends, and whether to connect again.",
  },
  error: {
    schema: serverFrameSchemas.error,
    title: "Error",
    summary: "A message was not acted upon. The connection stays open.",
  },
  entityUpdated: {
    schema: serverFrameSchemas.entityUpdated,
    title: "Entity Updated",
    summary: "An entity with a subscription.",
  },
  userPush: { schema: serverFrameSchemas.userPush, title: "User Push Notification", summary: "For this user alone." },
} as const satisfies Record<keyof typeof serverFrameSchemas, MessageDescription>;

const BUS_MESSAGES = {
  publishEntityUpdated: {
    schema: entityUpdatedDetailSchema,
    title: DETAIL_TYPES.ENTITY_UPDATED,
    summary: "The detail of an event with this detail-type: to all subscribers of the entity.",
  },
  publishUserPush: {
    schema: sendUserPushDetailSchema,
    title: DETAIL_TYPES.SEND_USER_PUSH,
    summary: "The detail of an event with this detail-type: to all connections of the user.",
  },
} as const satisfies Record<string, MessageDescription>;

const ADMIN_MESSAGES = {
  revokeTokens: {
    schema: revokeTokensDetailSchema,
    title: ADMIN_DETAIL_TYPES.REVOKE_TOKENS,
    summary: "The detail of an event with this detail-type: tokens of a user or an issuer count no longer.",
  },
  disconnectUser: {
    schema: disconnectUserDetailSchema,
    title: ADMIN_DETAIL_TYPES.DISCONNECT_USER,
    summary: "The detail of an event with this detail-type: the open connections of a user end.",
  },
  grantAccess: {
    schema: grantAccessDetailSchema,
    title: ADMIN_DETAIL_TYPES.GRANT_ACCESS,
    summary: "The detail of an event with this detail-type: a user may subscribe to the entities of a pattern.",
  },
  withdrawAccess: {
    schema: withdrawAccessDetailSchema,
    title: ADMIN_DETAIL_TYPES.WITHDRAW_ACCESS,
    summary: "The detail of an event with this detail-type: takes back what Grant Access gave.",
  },
} as const satisfies Record<string, MessageDescription>;

const REPLIES = {
  resume: ["resumed", "error"],
  subscribe: ["subscribed", "error"],
  subscribeMany: ["subscribedMany", "error"],
  unsubscribe: ["unsubscribed", "error"],
  unsubscribeMany: ["unsubscribedMany", "error"],
  authenticate: ["authenticated", "error"],
  ping: ["pong"],
} as const satisfies Record<keyof typeof CLIENT_MESSAGES, readonly (keyof typeof SERVER_MESSAGES)[]>;

function messages(described: Readonly<Record<string, MessageDescription>>, examples: Record<string, unknown[]>) {
  return Object.fromEntries(
    Object.entries(described).map(([name, { schema, title, summary }]) => [
      name,
      {
        name,
        title,
        summary,
        contentType: "application/json",
        payload: jsonSchemaOf(schema),
        examples: (examples[name] ?? []).map((payload) => ({ payload })),
      },
    ]),
  );
}

function references(channel: string, names: readonly string[]) {
  return names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }));
}

/** The contract as AsyncAPI 3, from the schemas that validate at runtime. */
export function asyncApiDocument(): Record<string, unknown> {
  const examples = JSON.parse(readFileSync(EXAMPLES, "utf8"));
  const { version, license } = JSON.parse(readFileSync("package.json", "utf8"));
  return {
    asyncapi: "3.1.0",
    info: {
      title: "Portcullis",
      version,
      description: "A WebSocket API behind a JSON Web Token, and the events that publish to it.",
      license: { name: license },
      contact: { name: "The Portcullis maintainers" },
      tags: [{ name: "websocket" }, { name: "eventbridge" }],
    },
    defaultContentType: "application/json",
    servers: {
      deployed: {
        host: "{api}.execute-api.{region}.amazonaws.com",
        pathname: "/{stage}",
        protocol: "wss",
        description: "As the stack output WebsocketUri says.",
        variables: { api: { default: "abcdef1234" }, region: { default: "us-east-1" }, stage: { default: "dev" } },
        security: [
          { $ref: "#/components/securitySchemes/subprotocol" },
          { $ref: "#/components/securitySchemes/query" },
          { $ref: "#/components/securitySchemes/bearer" },
        ],
      },
      local: {
        host: "127.0.0.1:3001",
        pathname: "/dev",
        protocol: "ws",
        description: "npm start",
        security: [
          { $ref: "#/components/securitySchemes/subprotocol" },
          { $ref: "#/components/securitySchemes/query" },
          { $ref: "#/components/securitySchemes/bearer" },
        ],
      },
      bus: {
        host: "events.{region}.amazonaws.com",
        protocol: "https",
        description: "EventBridge PutEvents, by publishers that IAM lets in.",
        variables: { region: { default: "us-east-1" } },
      },
    },
    channels: {
      client: {
        address: "/",
        title: "WebSocket",
        servers: [{ $ref: "#/servers/deployed" }, { $ref: "#/servers/local" }],
        messages: { ...messages(CLIENT_MESSAGES, examples), ...messages(SERVER_MESSAGES, examples) },
      },
      bus: {
        address: "default",
        title: "Event bus",
        servers: [{ $ref: "#/servers/bus" }],
        messages: messages(BUS_MESSAGES, examples),
      },
      adminBus: {
        address: "AdminEventBusName",
        title: "Admin event bus",
        description: "A bus of its own: the stack output AdminEventBusName names it.",
        servers: [{ $ref: "#/servers/bus" }],
        messages: messages(ADMIN_MESSAGES, examples),
      },
    },
    operations: {
      ...Object.fromEntries(
        Object.entries(REPLIES).map(([name, replies]) => [
          name,
          {
            action: "receive",
            channel: { $ref: "#/channels/client" },
            messages: references("client", [name]),
            reply: { channel: { $ref: "#/channels/client" }, messages: references("client", replies) },
          },
        ]),
      ),
      push: {
        action: "send",
        channel: { $ref: "#/channels/client" },
        messages: references("client", ["entityUpdated", "userPush"]),
      },
      end: {
        action: "send",
        channel: { $ref: "#/channels/client" },
        messages: references("client", ["ended", "endedMany", "disconnect"]),
      },
      publish: {
        action: "receive",
        channel: { $ref: "#/channels/bus" },
        messages: references("bus", Object.keys(BUS_MESSAGES)),
      },
      administer: {
        action: "receive",
        channel: { $ref: "#/channels/adminBus" },
        messages: references("adminBus", Object.keys(ADMIN_MESSAGES)),
      },
    },
    components: {
      securitySchemes: {
        subprotocol: {
          type: "httpApiKey",
          in: "header",
          name: "Sec-WebSocket-Protocol",
          description: "`websocket, <jwt>`. The answer selects `websocket`.",
        },
        query: {
          type: "httpApiKey",
          in: "query",
          name: "access_token",
          description: "For clients that cannot set a subprotocol: URLs reach logs.",
        },
        bearer: { type: "http", scheme: "bearer", description: "For clients that can set headers (RFC 6750)." },
      },
    },
  };
}

export function asyncApiYaml(): string {
  return `# Generated by \`npm run docs\` from packages/protocol. Do not edit.\n${stringify(asyncApiDocument(), { lineWidth: 120 })}`;
}
