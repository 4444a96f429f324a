/** Where a webhook's events are posted to. */

/** Why a text cannot be a target, in words; empty when it may be one. The server looks closer. */
export function targetProblem(text: string): string {
  const target = parse(text);
  if (text.trim() === "") return "Where shall events be posted to?";
  if (target === null) return "This is not a whole URL, such as https://example.com/icosa-events.";
  if (target.protocol !== "https:" && target.protocol !== "http:")
    return "The URL must begin with https:// or http://.";
  return "";
}

/** The host of a target, which is what one knows it by. */
export function hostOf(targetUrl: string): string {
  return parse(targetUrl)?.host || targetUrl;
}

function parse(text: string): URL | null {
  try {
    return new URL(text.trim());
  } catch {
    return null;
  }
}
