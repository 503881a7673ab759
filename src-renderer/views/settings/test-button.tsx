import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { errorDataOf } from '../../connection/error-data.ts';

interface TestButtonProps {
  readonly label: string;
  readonly isDisabled?: boolean;
  readonly onTest: () => Promise<{ words: string }>;
}

/** Sends a message now, and shows what the other side said to it. */
export function TestButton({ label, isDisabled = false, onTest }: TestButtonProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [said, setSaid] = useState<{ isGood: boolean; words: string } | null>(null);
  const send = async (): Promise<void> => {
    setIsBusy(true);
    setSaid(null);
    try {
      const { words } = await onTest();
      setSaid({ isGood: true, words: `Sent: ${words}` });
    } catch (thrown) {
      const { message, hint } = errorDataOf(thrown);
      setSaid({ isGood: false, words: `Not sent: ${message}${hint === undefined ? '' : ` ${hint}`}` });
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      <Button size="xs" variant="default" loading={isBusy} disabled={isDisabled} onClick={() => void send()}>{label}</Button>
      {said && <Text size="sm" role={said.isGood ? 'status' : 'alert'} {...(said.isGood ? {} : { c: 'var(--mantine-color-error)' })}>{said.words}</Text>}
    </>
  );
}
