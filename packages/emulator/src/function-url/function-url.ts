/** The URL of a function: SAM's `FunctionUrlConfig`, or an `AWS::Lambda::Url`, of the auth type NONE. */
export type FunctionUrl = {
  /** The logical id of the function, which is the URL's own part here. */
  readonly id: string;
  readonly functionName: string;
  /** False if permissions are missing: a URL without them is refused (403). */
  readonly permitted: boolean;
  readonly cors?: Cors;
};

export type Cors = {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number;
  readonly allowCredentials: boolean;
};

/** The address of a function. On AWS it has a host name of its own. */
export function functionUrl(origin: string, id: string): string {
  return `${origin}/_functions/${id}/`;
}

const PATH = /^\/_functions\/([^/]+)(\/.*)?$/s;

/** Divides a path into the id of a function and the path that the function sees. Undefined for other paths. */
export function parseFunctionPath(path: string): { readonly id: string; readonly rawPath: string } | undefined {
  const [, id, rawPath = "/"] = PATH.exec(path) ?? [];
  return id === undefined ? undefined : { id, rawPath };
}
