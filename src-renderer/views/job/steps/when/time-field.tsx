import { TextInput } from '@mantine/core';

interface TimeFieldProps {
  readonly label: string;
  /** `HH:MM`; '' while it is not typed to its end. */
  readonly value: string;
  readonly error?: string | null;
  readonly isDisabled?: boolean;
  readonly onTime: (value: string) => void;
}

/** A time of day, typed or picked. */
export function TimeField({ label, value, error = null, isDisabled = false, onTime }: TimeFieldProps) {
  return <TextInput w={150} type="time" label={label} value={value} error={error} disabled={isDisabled} onChange={(event) => onTime(event.currentTarget.value)} />;
}
