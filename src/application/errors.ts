/** What could not be reached, or answered in a way that could not be used. A log's reason code. */
export type UnavailableDependency = "CONNECTION_STORE" | "DELIVERY_QUEUE" | "SIGNING_SECRETS" | "SUBSCRIPTION_STORE";

/**
 * A fault of ours or of a service we call: never the caller's doing, so never a refusal. `cause` keeps the original for
 * whoever debugs; log adapters take only its name and code, since SDK errors carry requests.
 */
export class DependencyUnavailableError extends Error {
  override readonly name = "DependencyUnavailableError";
  readonly dependency: UnavailableDependency;

  constructor(dependency: UnavailableDependency, options?: ErrorOptions) {
    super(`${dependency} is unavailable`, options);
    this.dependency = dependency;
  }
}
