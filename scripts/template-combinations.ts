const BOUNDARY = "arn:aws:iam::123456789012:policy/teams/boundary";
const CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f8f9a44-0000-4000-8000-000000000001";
const DOMAIN = { DeployCustomDomain: "true", DomainName: "ws.example.com" };
/** The parameter without a default. */
const GIVEN = { DefaultGrants: "subscribe:user/{userId}/*" };
const ZONE = { HostedZoneId: "Z0123456789ABCDEFGHIJ" };

/** Parameters that together make every condition true once and false once. scripts/verify-template.ts checks each. */
export const COMBINATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  defaults: GIVEN,
  development: {
    ...GIVEN,
    Production: "false",
    MintTestTokens: "true",
    CheckEndpoint: "true",
    AlarmEmail: "ops@example.com",
    JwtSecret: "kZ8vQ2mX7pL4tR9wB3nY6cF1hJ5sD0gA",
    ReservedConcurrency: "20",
    ApiGatewayAccountRole: "existing",
    EventBusName: "orders",
    TableName: "connections",
    IpAddressType: "dualstack",
    ReplayPrincipals: "arn:aws:iam::123456789012:role/operators",
  },
  domain: { ...GIVEN, ...DOMAIN, ...ZONE, PermissionsBoundary: BOUNDARY },
  "domain-over-ipv6": { ...GIVEN, ...DOMAIN, ...ZONE, CertificateArn: CERTIFICATE, IpAddressType: "dualstack" },
  "domain-with-dns-elsewhere": { ...GIVEN, ...DOMAIN, CertificateArn: CERTIFICATE, ApiMappingKey: "push" },
  "existing-domain": { ...GIVEN, ...DOMAIN, DeployCustomDomain: "existing", ApiMappingKey: "chat" },
};
