/** What a Lambda proxy integration may return. */
export type ProxyResponse = {
  readonly statusCode: number;
  readonly body?: string;
  /** Names in lower case. Of several values the last. */
  readonly headers: ReadonlyMap<string, string>;
};

const MEMBERS = new Set(["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"]);

/** `nothing` when the function returned nothing at all, `malformed` when API Gateway would not take it. */
export function parseProxyResponse(json: string): ProxyResponse | "nothing" | "malformed" {
  const value: unknown = JSON.parse(json);
  if (value === null) return "nothing";
  if (!isRecord(value)) return "malformed";
  const members = Object.keys(value);
  if (members.length === 0) return "nothing";
  const { statusCode, body, headers, multiValueHeaders } = value;
  const status = toStatus(statusCode);
  if (!members.every((member) => MEMBERS.has(member)) || status === undefined) return "malformed";
  if (!isAbsentOrText(body) || !isAbsentOrRecord(headers) || !isAbsentOrRecord(multiValueHeaders)) return "malformed";
  return {
    statusCode: status,
    headers: headersOf({ ...multiValueHeaders, ...headers }),
    ...(typeof body === "string" && { body }),
  };
}

/** A final HTTP status, also as text. In particular an integration cannot send 101. */
function toStatus(value: unknown): number | undefined {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599
    ? (status as number)
    : undefined;
}

function headersOf(members: Readonly<Record<string, unknown>>): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(members)) {
    const last = [value].flat().at(-1);
    if (last !== undefined && last !== null && typeof last !== "object") headers.set(name.toLowerCase(), String(last));
  }
  return headers;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsentOrRecord(value: unknown): value is Record<string, unknown> | null | undefined {
  return value === undefined || value === null || isRecord(value);
}

function isAbsentOrText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}
