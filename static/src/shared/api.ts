/** Speak to the server: JSON, CSRF, idempotency keys, and problem details (RFC 9457) as errors. */

export type Problem = {
  title: string;
  detail: string;
  status: number;
  code: string | null;
};

/** What the server refused, in its own words: `message` is the problem's detail. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ApiError";
    this.problem = problem;
  }
}

/** GET JSON; raises ApiError for a refusal and for a server that can't be reached (status 0). */
export function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  return send<T>(url, signal ? { signal } : {});
}

/** POST JSON with an idempotency key: give the same key again to repeat the same request safely. */
export function postJson<T>(url: string, body: unknown, key: string = crypto.randomUUID()): Promise<T> {
  return send<T>(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { ...ownHeaders(), "Idempotency-Key": key },
  });
}

/** POST JSON that changes nothing on the server: no idempotency key is kept for it. */
export function askJson<T>(url: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return send<T>(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: ownHeaders(),
    ...(signal && { signal }),
  });
}

/** PUT JSON; `keepalive` lets it go out while the page is left (64 KiB at most). */
export function putJson<T>(url: string, body: unknown, keepalive = false): Promise<T> {
  return send<T>(url, { method: "PUT", body: JSON.stringify(body), headers: ownHeaders(), keepalive });
}

/** DELETE; the answer has no body. */
export function deleteAt(url: string): Promise<null> {
  return send<null>(url, { method: "DELETE", headers: ownHeaders() });
}

/** Read a refusal's body into a problem; what is no problem document gets words from its status alone. */
export function toProblem(status: number, body: unknown): Problem {
  const given = isRecord(body) ? body : {};
  const title = text(given.title) ?? wordsFor(status);
  return { title, detail: text(given.detail) ?? title, status, code: text(given.code) ?? null };
}

/** The sentence to show for anything that was thrown. */
export function errorText(error: unknown): string {
  if (error instanceof Error) return error.message;
  return String(error);
}

async function send<T>(url: string, init: RequestInit): Promise<T> {
  const response = await reach(url, init);
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(toProblem(response.status, body));
  return body as T;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    const headers = { Accept: "application/json", ...init.headers };
    return await fetch(url, { credentials: "same-origin", ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(toProblem(0, null));
  }
}

function ownHeaders(): Record<string, string> {
  return { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
}

function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

function wordsFor(status: number): string {
  switch (status) {
    case 0:
      return "The server can't be reached. Nothing was changed; try again when the connection is back.";
    case 401:
      return "You are signed out. Sign in again, then repeat this.";
    case 403:
      return "Your roles in this project do not allow this.";
    case 404:
      return "This is not there any more, or not visible to you.";
    case 409:
      return "Somebody else was faster. Reload to see what changed.";
    default:
      return `The server answered ${status}. Nothing more is known; the server's log has it.`;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
