import type { Face } from './face.ts';
import type { Style } from './line.ts';
import { createPaint, isUtf8Locale, wantsColours } from './paint.ts';
import type { Screen } from './screen.ts';

/** How text is written on `screen`. */
export function styleFor(face: Pick<Face, 'env'>, screen: Screen): Style {
  return { paint: createPaint(wantsColours(face.env, screen.size() !== null)), utf8: isUtf8Locale(face.env) };
}
