/** The settings that every function needs over in-memory stores and with a secret from the environment. */
export const LOCAL_SETTINGS = {
  STORE: "memory",
  SECRETS: "local",
  JWT_SECRET: "only-for-tests-0123456789abcdef0",
  TOKEN_ISSUER: "https://issuer.example",
  TOKEN_AUDIENCE: "portcullis",
  QUERY_TOKEN: "allowed",
  ALLOWED_ORIGINS: "*",
  DEFAULT_GRANTS: "subscribe:*",
};

/** All settings that any function reads, so that each function loads. No server listens at these addresses. */
export const EVERY_SETTING = {
  ...LOCAL_SETTINGS,
  JWT_SECRET_ID: "id",
  CONNECTIONS_ENDPOINT: "https://ws.example.com",
  ADMIN_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/admin",
  CONTINUATION_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/continuations",
  DEAD_LETTER_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/dead-letters",
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "ROLEKEY",
  AWS_SECRET_ACCESS_KEY: "planted",
};
