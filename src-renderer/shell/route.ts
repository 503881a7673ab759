import { useSyncExternalStore } from 'react';

/** Where in the interface one is: it stands in the address, so that reload and back work. */
export type Route =
  | { readonly name: 'overview' }
  | { readonly name: 'new-job'; readonly paste?: boolean }
  | { readonly name: 'edit-job'; readonly id: string }
  | { readonly name: 'run'; readonly key: string }
  | { readonly name: 'history' }
  | { readonly name: 'past-run'; readonly id: number }
  | { readonly name: 'receipt'; readonly id: number }
  /** Two runs side by side. */
  | { readonly name: 'compare'; readonly runs: readonly [number, number] }
  /** `jobId`: that job is chosen. */
  | { readonly name: 'lab'; readonly jobId?: string }
  /** `run`: the trash of that run, else of the newest; `folder`: opened in it. */
  | { readonly name: 'trash'; readonly jobId: string; readonly run?: number; readonly folder?: string }
  | { readonly name: 'settings' };

/** The address of a route, for links. */
export function hrefOf(route: Route): string {
  switch (route.name) {
    case 'overview': return '#/';
    case 'new-job': return route.paste === true ? '#/jobs/new/paste' : '#/jobs/new';
    case 'edit-job': return `#/jobs/${encodeURIComponent(route.id)}`;
    case 'run': return `#/runs/${encodeURIComponent(route.key)}`;
    case 'history': return '#/history';
    case 'past-run': return `#/history/${route.id}`;
    case 'receipt': return `#/history/${route.id}/receipt`;
    case 'compare': return `#/history/${route.runs[0]}/with/${route.runs[1]}`;
    case 'lab': return route.jobId === undefined ? '#/lab' : `#/lab/${encodeURIComponent(route.jobId)}`;
    case 'trash': return `#/trash/${[route.jobId, ...(route.run === undefined ? [] : [String(route.run), ...(route.folder === undefined ? [] : [route.folder])])].map(encodeURIComponent).join('/')}`;
    case 'settings': return '#/settings';
  }
}

/** Reads an address; what is no route is the overview. */
export function routeOf(hash: string): Route {
  const [first = '', second = '', third, fourth] = hash.replace(/^#\/?/u, '').split('/').map(decode);
  if (first === 'jobs' && second === 'new') return third === 'paste' ? { name: 'new-job', paste: true } : { name: 'new-job' };
  if (first === 'jobs' && second !== '') return { name: 'edit-job', id: second };
  if (first === 'runs' && second !== '') return { name: 'run', key: second };
  if (first === 'history' && isNumber(second) && third === 'with' && isNumber(fourth ?? '')) return { name: 'compare', runs: [Number(second), Number(fourth)] };
  if (first === 'history' && isNumber(second)) return third === 'receipt' ? { name: 'receipt', id: Number(second) } : { name: 'past-run', id: Number(second) };
  if (first === 'history') return { name: 'history' };
  if (first === 'lab') return second === '' ? { name: 'lab' } : { name: 'lab', jobId: second };
  if (first === 'trash' && second !== '') {
    if (third === undefined || !isNumber(third)) return { name: 'trash', jobId: second };
    return fourth === undefined ? { name: 'trash', jobId: second, run: Number(third) } : { name: 'trash', jobId: second, run: Number(third), folder: fourth };
  }
  if (first === 'settings') return { name: 'settings' };
  return { name: 'overview' };
}

function isNumber(part: string): boolean {
  return /^\d{1,15}$/u.test(part);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

/** Goes to a route, as a step that Back takes back. */
export function go(route: Route): void {
  window.location.hash = hrefOf(route);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The route of now. */
export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => window.location.hash));
}
