/** Events as API Gateway sends them: captures of the real service, with names and addresses of the documentation. */
type Overrides = { readonly [field: string]: unknown };

const CONNECTION_ID = "gbgHYy9RVQAYKEj2kA==";
const DOMAIN = "abcdef1234.execute-api.eu-west-1.amazonaws.com";
export const METHOD_ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/dev/$connect";
export const CONNECTED_AT = 1_700_000_000_000;

function requestContext(routeKey: string, eventType: string, overrides: Overrides = {}) {
  return {
    routeKey,
    eventType,
    extendedRequestId: "PJqCOG4zqRcFcPw=",
    requestTime: "14/Nov/2023:22:13:20 +0000",
    messageDirection: "IN",
    stage: "dev",
    connectedAt: CONNECTED_AT,
    requestTimeEpoch: CONNECTED_AT + 1,
    identity: { userAgent: "wscat/6", sourceIp: "203.0.113.7" },
    requestId: "PJqCOG4zqRcFcPw=",
    domainName: DOMAIN,
    connectionId: CONNECTION_ID,
    apiId: "abcdef1234",
    ...overrides,
  };
}

/** The headers and the query that a client sends with a handshake. A header given as an array is sent several times. */
export type Handshake = {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
};

function maps(values: Readonly<Record<string, string | readonly string[]>>) {
  const entries = Object.entries(values).map(([name, value]) => [name, [value].flat()] as const);
  return {
    single: Object.fromEntries(entries.map(([name, all]) => [name, all.at(-1)])),
    multi: Object.fromEntries(entries),
  };
}

export function authorizerEvent({ headers = {}, query = {} }: Handshake = {}) {
  const header = maps({ Connection: "upgrade", Host: DOMAIN, Upgrade: "websocket", ...headers });
  const parameter = maps(query);
  return {
    type: "REQUEST",
    methodArn: METHOD_ARN,
    headers: header.single,
    multiValueHeaders: header.multi,
    queryStringParameters: parameter.single,
    multiValueQueryStringParameters: parameter.multi,
    stageVariables: {},
    requestContext: requestContext("$connect", "CONNECT"),
  };
}

export const AUTHORIZER_CONTEXT = {
  userId: "ann",
  firstName: "Ann",
  lastName: "Bee",
  sub: "subject-1",
  issuer: "portcullis",
  tokenExpiresAt: String(CONNECTED_AT / 1000 + 3600),
  tokenIssuedAt: String(CONNECTED_AT / 1000 - 60),
  tokenId: "token-1",
  principalId: "ann",
  integrationLatency: 111,
};

export function connectEvent({ headers = {} }: Handshake = {}, overrides: Overrides = {}) {
  const header = maps({ Host: DOMAIN, ...headers });
  return {
    headers: header.single,
    multiValueHeaders: header.multi,
    requestContext: requestContext("$connect", "CONNECT", { authorizer: AUTHORIZER_CONTEXT, ...overrides }),
    isBase64Encoded: false,
  };
}

/** The context in the events after the handshake: without the time that the authorizer took. */
const { integrationLatency: _, ...messageContext } = AUTHORIZER_CONTEXT;

export function messageEvent(body: string, overrides: Overrides = {}) {
  return {
    requestContext: requestContext("$default", "MESSAGE", {
      authorizer: messageContext,
      messageId: "gbgHY29RhQAYKEj2kA==",
      ...overrides,
    }),
    body,
    isBase64Encoded: false,
  };
}

export function disconnectEvent(overrides: Overrides = {}) {
  const headers = { Host: DOMAIN, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" };
  return {
    headers,
    multiValueHeaders: maps(headers).multi,
    requestContext: requestContext("$disconnect", "DISCONNECT", {
      disconnectStatusCode: 1005,
      authorizer: messageContext,
      disconnectReason: "Client-side close frame status not set",
      ...overrides,
    }),
    isBase64Encoded: false,
  };
}
