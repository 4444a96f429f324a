/** What an API refuses, from REST and GraphQL alike. */

/** A refusal or a failed call. `message` is fit to be shown. */
export class ApiError extends Error {
  /** Machine-readable kind, such as `PERMISSION_DENIED`; empty when the answer has none. */
  readonly code: string;
  /** Status of the response; 0 when there was none. */
  readonly status: number;
  /** `extensions` of a GraphQL error, the body of a REST error. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: { code?: string; status?: number; details?: Record<string, unknown> } = {}) {
    super(message);
    this.name = "ApiError";
    this.code = options.code ?? "";
    this.status = options.status ?? 0;
    this.details = options.details ?? {};
  }
}

/** Errors of a token that is of no use any more, by the name that both APIs give them. */
const ENDING = new Set(["UNAUTHENTICATED", "WORKSPACE_NOT_FOUND", "FORBIDDEN_EXCEPTION", "INVALID_JWT_TOKEN_TYPE"]);

/** Whether the session cannot go on after this error. A missing right never ends a session. */
export function endsSession(error: ApiError): boolean {
  return ENDING.has(error.code);
}

/** The error in a REST body. */
export function restError(status: number, body: unknown): ApiError {
  const details = isRecord(body) ? body : {};
  const messages = Array.isArray(details.messages) ? details.messages.map(String) : [];
  const message = messages.join(" ") || `The server answered ${status}.`;
  return new ApiError(message, { code: String(details.code ?? details.error ?? ""), status, details });
}

/** The first error of a GraphQL answer, null when there is none. */
export function graphqlError(status: number, body: unknown): ApiError | null {
  if (!isRecord(body) || !Array.isArray(body.errors) || body.errors.length === 0) return null;
  const first: unknown = body.errors[0];
  if (!isRecord(first)) return new ApiError(`The server answered ${status}.`, { status });
  const details = isRecord(first.extensions) ? first.extensions : {};
  return new ApiError(text(first.message, details), {
    code: String(details.subCode ?? details.code ?? ""),
    status,
    details,
  });
}

/** The message for people where it says more than the technical one. */
function text(message: unknown, details: Record<string, unknown>): string {
  const technical = String(message ?? "");
  const friendly = typeof details.userFriendlyMessage === "string" ? details.userFriendlyMessage : "";
  return technical === "" || /validation errors? occurred/i.test(technical) ? friendly || technical : technical;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
