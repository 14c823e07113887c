// pathOfTarget reads the target of a request line, before any page or guard sees it.

/** Scheme and authority of a target in absolute form, as a proxy is sent. */
const origin = /^https?:\/\/[^/?#]+(?=[/?]|$)/i;
/** A path with its query, in the characters that a URL may have on the wire. */
const pathForm = /^\/[!"$-~]*$/;

/**
 * The path and query that a request's target asks for; undefined where it is neither a path nor a
 * URL. The path is as it was sent: nothing is decoded or resolved, so guards and pages see one.
 */
export function pathOfTarget(target: string): string | undefined {
  if (target.startsWith('/')) return pathForm.test(target) ? target : undefined;
  const [authority] = origin.exec(target) ?? [];
  if (authority === undefined || !URL.canParse(target)) return undefined;
  const rest = target.slice(authority.length);
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return pathForm.test(path) ? path : undefined;
}
