/**
 * Whether the absolute path `inner` is `outer` itself or lies below it, part by part: `/data/prod2` does not lie in
 * `/data/prod`. Both without a trailing slash (but for `/`), without `.` and `..`.
 */
export function isAtOrInside(inner: string, outer: string): boolean {
  return inner === outer || isInside(inner, outer);
}

/** As `isAtOrInside`, but false for the same path. */
export function isInside(inner: string, outer: string): boolean {
  return inner !== outer && inner.startsWith(outer === '/' ? '/' : `${outer}/`);
}
