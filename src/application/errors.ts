/** A dependency that could not be reached, or whose response could not be used. It is a reason code for the log. */
export type UnavailableDependency =
  | "ACCESS_LIST"
  | "ACCESS_POLICY"
  | "ADMIN_QUEUE"
  | "CONNECTION_STORE"
  | "DELIVERY_QUEUE"
  | "JWKS"
  | "REVOCATION_LIST"
  | "SIGNING_SECRETS"
  | "SUBSCRIPTION_STORE";

/**
 * A fault of this service or of one that it calls. The caller did not cause it, so it is never a refusal. `cause` keeps
 * the original error for debugging. Log adapters take only its name and code, because SDK errors contain requests.
 */
export class DependencyUnavailableError extends Error {
  override readonly name = "DependencyUnavailableError";
  readonly dependency: UnavailableDependency;

  constructor(dependency: UnavailableDependency, options?: ErrorOptions) {
    super(`${dependency} is unavailable`, options);
    this.dependency = dependency;
  }
}
