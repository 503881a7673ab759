import { Switch } from '@mantine/core';
import classes from '../../job.module.css';
import { OptionWords } from './option-words.tsx';

interface OptionSwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly rsync: string;
  readonly cost?: string | undefined;
  readonly children: React.ReactNode;
}

/** An option that is on or off. */
export function OptionSwitch({ label, isOn, onChange, rsync, cost, children }: OptionSwitchProps) {
  return (
    <div className={classes.option}>
      <Switch label={label} checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      <div className={classes.optionBelow}><OptionWords name={label} rsync={rsync} cost={cost}>{children}</OptionWords></div>
    </div>
  );
}
