import { Button, Group, Title } from '@mantine/core';
import { IconClipboardText, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Job } from '../../../src-shared/job.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { ErrorPanel } from '../../parts/error-panel.tsx';
import { useAppStore } from '../../store/app-store.ts';
import { draftOf, emptyDraft, isChanged, nameOf, problemsOf, type Step, steps, toJobDraft, withPasted } from './draft.ts';
import { allProblems, stepOf } from './findings.ts';
import classes from './job.module.css';
import { JobStep } from './job-step.tsx';
import { type FoundPaste, PasteDialog } from './paste-dialog.tsx';
import { fieldOfError } from './place-errors.ts';
import { scheduleWords } from './schedule-draft.ts';
import { StepList, stepTitles } from './step-list.tsx';
import { usePlaceCheck } from './use-place-check.ts';
import { type AfterSaving, useSaving } from './use-saving.ts';
import { useSplitPreview } from './use-split-preview.ts';
import { useUnsavedGuard } from './use-unsaved-guard.ts';
import { useVolumes } from './use-volumes.ts';

/** The wizard's state and frame: steps on top, the open step, and what can be done at the bottom. */
export function JobWizard({ job, openPaste }: { readonly job: Job | null; readonly openPaste: boolean }) {
  const [start] = useState(() => (job ? draftOf(job) : emptyDraft()));
  const [draft, setDraft] = useState(start);
  const [step, setStep] = useState<Step>('source');
  const [isPasting, setIsPasting] = useState(openPaste);
  // Missing values are no fault before somebody wanted to save.
  const [wasTried, setWasTried] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const jobs = useAppStore((state) => state.jobs);
  const taken = useMemo(() => jobs.filter((each) => each.job.id !== job?.id).map((each) => each.job.name), [jobs, job]);
  const isFirstRun = (jobs.find((each) => each.job.id === job?.id)?.lastRun ?? null) === null;

  const volumes = useVolumes();
  const checked = usePlaceCheck(draft, job?.id ?? null);
  const preview = useSplitPreview(draft);
  const guard = useUnsavedGuard(isChanged(draft, start));
  const saving = useSaving(job?.id ?? null, guard.lift);

  const missing = problemsOf(draft, taken);
  const findings = allProblems(checked.check, draft);
  const failureField = saving.failure ? fieldOfError(saving.failure, draft) : null;
  const failureStep = failureField ? stepOf(failureField) : null;
  const last = steps.indexOf(step) === steps.length - 1;

  const wasMoved = useRef(false);
  useEffect(() => {
    // Not at first: whoever opens the page is told of the page.
    if (wasMoved.current) heading.current?.focus();
    wasMoved.current = true;
  }, [step]);

  function save(after: AfterSaving): void {
    setWasTried(true);
    const first = missing[0];
    if (first) setStep(first.step);
    else void saving.save(toJobDraft(draft, taken), after);
  }

  function fill(pasted: FoundPaste): void {
    const filled = withPasted(draft, pasted);
    setDraft(filled);
    setIsPasting(false);
    setStep(problemsOf(filled, taken)[0]?.step ?? 'start');
  }

  function move(by: 1 | -1): void {
    const next = steps[steps.indexOf(step) + by];
    if (next) setStep(next);
  }

  const hasProblem = (of: Step): boolean => (wasTried && missing.some((each) => each.step === of)) || findings.some((each) => each.step === of) || failureStep === of;
  const isDone = (of: Step): boolean => (of === 'source' || of === 'destination' ? draft[of] !== '' && !hasProblem(of) : job !== null && !hasProblem(of));

  return (
    <div className={classes.wizard}>
      <Group justify="space-between" gap="sm" mb="md">
        <Title order={1}>{job ? `Edit ${job.name}` : 'New backup job'}</Title>
        <Button variant="default" leftSection={<IconClipboardText size={17} />} onClick={() => setIsPasting(true)}>Paste your rsync command or script</Button>
      </Group>
      <StepList
        current={step} isDone={isDone} hasProblem={hasProblem} onStep={setStep}
        chosen={{
          source: draft.source || 'What to back up',
          destination: draft.destination || 'Where to',
          how: draft.options.mirror ? 'Mirror' : 'Keep deleted files',
          when: scheduleWords(draft.schedule),
          start: nameOf(draft, taken) || 'Save and run',
        }}
      />
      <section className={classes.stepBody} aria-labelledby="step-title">
        <Title id="step-title" ref={heading} order={2} size="h4" tabIndex={-1} className={classes.stepHeading}>{stepTitles[step]}</Title>
        <JobStep
          step={step} draft={draft} name={nameOf(draft, taken)} missing={wasTried ? missing : []} checked={checked} preview={preview} volumes={volumes} problems={findings}
          isBecomingSaved={job?.kind === 'ad-hoc'} isSaving={saving.isSaving} onDraft={(change) => setDraft((before) => ({ ...before, ...change }))} onStep={setStep}
          onPreview={draft.options.mirror && isFirstRun ? () => save('dry-run') : null}
        />
      </section>
      {saving.failure && <div className={classes.gapAbove}><ErrorPanel error={saving.failure} /></div>}
      <Group className={classes.actions} justify="space-between" gap="sm">
        <Button variant="default" disabled={step === 'source'} onClick={() => move(-1)}>Back</Button>
        <Group gap="sm">
          {last
            ? (
              <>
                <Button variant="default" loading={saving.isSaving} onClick={() => save('nothing')}>Save</Button>
                <Button leftSection={<IconPlayerPlay size={16} />} loading={saving.isSaving} onClick={() => save('run')}>Save and back up now</Button>
              </>
            )
            : (
              <>
                <Button variant="default" loading={saving.isSaving} onClick={() => save('nothing')}>Save</Button>
                <Button onClick={() => move(1)}>Continue</Button>
              </>
            )}
        </Group>
      </Group>
      <PasteDialog isOpen={isPasting} onClose={() => setIsPasting(false)} onFill={fill} />
      <Confirm
        isOpen={guard.isAsking} title="Leave without saving?" text="What you changed here is not saved yet." confirmLabel="Leave without saving" cancelLabel="Stay here"
        onConfirm={guard.leave} onCancel={guard.stay}
      />
    </div>
  );
}
