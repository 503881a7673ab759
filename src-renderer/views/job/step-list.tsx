import { UnstyledButton } from '@mantine/core';
import { IconAlertCircle, IconCheck } from '@tabler/icons-react';
import { type Step, steps } from './draft.ts';
import classes from './job.module.css';

/** What each step is called. */
export const stepTitles: Readonly<Record<Step, string>> = { source: 'Source', destination: 'Destination', how: 'How', when: 'When', start: 'Name and start' };

interface StepListProps {
  readonly current: Step;
  /** What was chosen in each step, in a few words. */
  readonly chosen: Readonly<Record<Step, string>>;
  readonly isDone: (step: Step) => boolean;
  readonly hasProblem: (step: Step) => boolean;
  readonly onStep: (step: Step) => void;
}

/** The steps, each with what was chosen in it: any can be gone to at any time. */
export function StepList({ current, chosen, isDone, hasProblem, onStep }: StepListProps) {
  return (
    <nav aria-label="Steps">
      <ol className={classes.steps} role="list">
        {steps.map((step, index) => (
          <li key={step}>
            <UnstyledButton className={classes.step} aria-current={step === current ? 'step' : undefined} data-problem={hasProblem(step) || undefined} onClick={() => onStep(step)}>
              <span className={classes.stepMark} aria-hidden data-done={isDone(step) || undefined}>
                {hasProblem(step) ? <IconAlertCircle size={16} /> : isDone(step) && step !== current ? <IconCheck size={15} /> : index + 1}
              </span>
              <span className={classes.stepWords}>
                <span className={classes.stepTitle}>{stepTitles[step]}{hasProblem(step) && <span className={classes.hiddenWord}> (has a problem)</span>}</span>
                <span className={classes.stepChosen}>{chosen[step]}</span>
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ol>
    </nav>
  );
}
