type UrlRequest = {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** An event of a function URL (payload format 2.0), as Lambda sends it, with addresses of the documentation. */
export function urlEvent({ method = "POST", path = "/check", query = "", headers = {}, body }: UrlRequest = {}) {
  const domainName = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws";
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query,
    headers: { host: domainName, "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https", ...headers },
    requestContext: {
      accountId: "anonymous",
      apiId: "abcdefghijklmnopqrstuvwxyz012345",
      domainName,
      domainPrefix: "abcdefghijklmnopqrstuvwxyz012345",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "203.0.113.7", userAgent: "Mozilla/5.0" },
      requestId: "00000000-0000-4000-8000-000000000009",
      routeKey: "$default",
      stage: "$default",
      time: "14/Nov/2023:22:13:20 +0000",
      timeEpoch: 1_700_000_000_000,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  };
}
