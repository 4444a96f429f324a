/** What can be said about an API key's token without asking the server. */

/** Why a token cannot be valid, in words; empty when it may be. */
export function problem(token: string): string {
  if (token === "") return "Paste an API key.";
  const parts = token.split(".");
  if (parts.length !== 3 || parts.some((each) => !/^[\w-]+$/.test(each))) {
    return "This is not a whole API key: it has three parts with a dot between them. It may have been cut off when it was copied.";
  }
  const claims = decode(parts[1] ?? "");
  if (claims === null)
    return "This key is damaged: its middle part cannot be read. It may have been cut off when it was copied.";
  if (typeof claims.exp === "number" && claims.exp * 1000 <= Date.now()) {
    return `This key expired on ${new Date(claims.exp * 1000).toLocaleDateString()}. Make a new one.`;
  }
  return "";
}

function decode(part: string): Record<string, unknown> | null {
  try {
    const claims: unknown = JSON.parse(atob(part.replace(/-/g, "+").replace(/_/g, "/")));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
