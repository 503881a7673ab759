import { JobLabel } from '../../parts/job-label.tsx';
import { useAppStore } from '../../store/app-store.ts';
import type { JobOwner } from './job-rows.ts';

const looks: Readonly<Record<JobOwner, readonly [word: string, meaning: string]>> = {
  user: ['This user', 'Run by this Daybreak, as you.'],
  system: ['System', 'Run by the system service as root, so that owners are kept.'],
};

/** Who runs a job; nothing where no service is attached, and nobody could mistake it. */
export function OwnerLabel({ owner }: { readonly owner: JobOwner }) {
  const isAttached = useAppStore((state) => state.service.state === 'attached');
  const [word, meaning] = looks[owner];
  return isAttached ? <JobLabel word={word} meaning={meaning} /> : null;
}
