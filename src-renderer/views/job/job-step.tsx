import { useAppStore } from '../../store/app-store.ts';
import type { Draft, DraftProblem, Field, Step } from './draft.ts';
import { destinationFindings, sourceFindings, type StepFinding } from './findings.ts';
import { DestinationStep } from './steps/destination-step.tsx';
import { FinishStep } from './steps/finish-step.tsx';
import { HowStep } from './steps/how-step.tsx';
import { SourceStep } from './steps/source-step.tsx';
import { WhenStep } from './steps/when-step.tsx';
import { useHome } from './use-home.ts';
import type { CheckState } from './use-place-check.ts';
import type { PreviewState } from './use-split-preview.ts';
import type { VolumesState } from './use-volumes.ts';

interface JobStepProps {
  readonly step: Step;
  readonly draft: Draft;
  readonly name: string;
  /** What keeps it from being saved, once somebody wanted to. */
  readonly missing: readonly DraftProblem[];
  readonly problems: readonly StepFinding[];
  readonly checked: CheckState;
  readonly preview: PreviewState;
  readonly volumes: VolumesState;
  readonly isBecomingSaved: boolean;
  readonly isSaving: boolean;
  readonly onDraft: (change: Partial<Draft>) => void;
  readonly onStep: (step: Step) => void;
  readonly onPreview: (() => void) | null;
}

/** The open step, with what belongs to it out of all that is known. */
export function JobStep({ step, draft, name, missing, problems, checked, preview, volumes, onDraft, ...rest }: JobStepProps) {
  const home = useHome(useAppStore((state) => state.face));
  const { check, failure, isChecking } = checked;
  const errorOf = (field: Field): string | null => missing.find((each) => each.field === field)?.message ?? problems.find((each) => each.field === field)?.message ?? null;
  switch (step) {
    case 'source':
      return (
        <SourceStep
          source={draft.source} onSource={(source) => onDraft({ source })} home={home} volumes={volumes} preview={preview}
          findings={draft.source === '' ? [] : sourceFindings(check, draft.destination === '' ? failure : null, draft)} isChecking={isChecking} error={errorOf('source')}
        />
      );
    case 'destination':
      return (
        <DestinationStep
          destination={draft.destination} onDestination={(destination) => onDraft({ destination })} volumes={volumes}
          findings={draft.destination === '' ? [] : destinationFindings(check, failure, draft, preview.split)} isChecking={isChecking}
          error={missing.find((each) => each.field === 'destination')?.message ?? null}
        />
      );
    case 'how':
      return <HowStep draft={draft} onOptions={(change) => onDraft({ options: { ...draft.options, ...change } })} backupDirError={errorOf('backupDir')} />;
    case 'when':
      return (
        <WhenStep
          schedule={draft.schedule} error={missing.find((each) => each.field === 'schedule')?.message ?? null} onSchedule={(schedule) => onDraft({ schedule })}
          notify={draft.notify} onNotify={(notify) => onDraft({ notify })}
        />
      );
    case 'start':
      return <FinishStep {...rest} draft={draft} name={name} nameError={errorOf('name')} onName={(next) => onDraft({ name: next })} split={preview.split} problems={problems} />;
  }
}
