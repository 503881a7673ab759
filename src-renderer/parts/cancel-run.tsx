import { Confirm } from './confirm.tsx';

interface CancelRunProps {
  readonly isOpen: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before a run is cancelled, and says what becomes of it. */
export function CancelRun({ isOpen, onConfirm, onCancel }: CancelRunProps) {
  return (
    <Confirm
      isOpen={isOpen} title="Cancel this run?" confirmLabel="Cancel the run" cancelLabel="Let it go on"
      text="What is copied stays, nothing is deleted, and the next run finishes the rest." onConfirm={onConfirm} onCancel={onCancel}
    />
  );
}
