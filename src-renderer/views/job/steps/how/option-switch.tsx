import { Switch } from '@mantine/core';
import classes from '../../job.module.css';
import { OptionWords } from './option-words.tsx';

interface OptionSwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly rsync: string;
  readonly cost?: string | undefined;
  readonly isDisabled?: boolean;
  readonly children: React.ReactNode;
}

/** An option that is on or off. */
export function OptionSwitch({ label, isOn, onChange, rsync, cost, isDisabled = false, children }: OptionSwitchProps) {
  return (
    <div className={classes.option}>
      <Switch label={label} checked={isOn} disabled={isDisabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      <div className={classes.optionBelow}><OptionWords name={label} rsync={rsync} cost={cost}>{children}</OptionWords></div>
    </div>
  );
}
