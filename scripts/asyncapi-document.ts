import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import * as z from "zod/mini";
import { entityUpdatedDetail, sendUserPushDetail } from "../src/adapters/zod/bus-events.ts";
import { subscribeFrame, unsubscribeFrame } from "../src/adapters/zod/client-frames.ts";
import { serverFrames } from "../src/adapters/zod/server-frames.ts";

/** Frames and events that a test exchanged with the local runtime, by message name. */
const EXAMPLES = "docs/examples/exchanged.json";

type MessageDescription = { readonly schema: z.ZodMiniType; readonly title: string; readonly summary: string };

const CLIENT_MESSAGES = {
  subscribe: { schema: subscribeFrame, title: "Subscribe", summary: "Subscribe to an entity." },
  unsubscribe: { schema: unsubscribeFrame, title: "Unsubscribe", summary: "Unsubscribe from an entity." },
} as const satisfies Record<string, MessageDescription>;

const SERVER_MESSAGES = {
  subscribed: {
    schema: serverFrames.subscribed,
    title: "Subscribed",
    summary: "What is published from now on is delivered.",
  },
  unsubscribed: { schema: serverFrames.unsubscribed, title: "Unsubscribed", summary: "Nothing more is delivered." },
  error: {
    schema: serverFrames.error,
    title: "Error",
    summary: "A message was not acted upon. The connection stays open.",
  },
  entityUpdated: {
    schema: serverFrames.entityUpdated,
    title: "Entity Updated",
    summary: "An entity with a subscription.",
  },
  userPush: { schema: serverFrames.userPush, title: "User Push Notification", summary: "For this user alone." },
} as const satisfies Record<string, MessageDescription>;

const BUS_MESSAGES = {
  publishEntityUpdated: {
    schema: entityUpdatedDetail,
    title: "Entity Updated",
    summary: "The detail of an event with this detail-type: to all subscribers of the entity.",
  },
  publishUserPush: {
    schema: sendUserPushDetail,
    title: "Send User Push Notification",
    summary: "The detail of an event with this detail-type: to all connections of the user.",
  },
} as const satisfies Record<string, MessageDescription>;

const REPLIES = { subscribe: ["subscribed", "error"], unsubscribe: ["unsubscribed", "error"] } as const;

function jsonSchema(schema: z.ZodMiniType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  return rest;
}

function messages(described: Readonly<Record<string, MessageDescription>>, examples: Record<string, unknown[]>) {
  return Object.fromEntries(
    Object.entries(described).map(([name, { schema, title, summary }]) => [
      name,
      {
        name,
        title,
        summary,
        contentType: "application/json",
        payload: jsonSchema(schema),
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
      publish: {
        action: "receive",
        channel: { $ref: "#/channels/bus" },
        messages: references("bus", Object.keys(BUS_MESSAGES)),
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
      },
    },
  };
}

export function asyncApiYaml(): string {
  return `# Generated by \`npm run docs\` from src/adapters/zod. Do not edit.\n${stringify(asyncApiDocument(), { lineWidth: 120 })}`;
}
