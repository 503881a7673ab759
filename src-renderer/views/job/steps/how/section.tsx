import { Stack, Title } from '@mantine/core';
import { useId } from 'react';
import classes from '../../job.module.css';

/** A group of options under a heading. */
export function Section({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes.section}>
      <Title id={id} order={3} size="h5" mb="xs">{title}</Title>
      <Stack gap="md">{children}</Stack>
    </section>
  );
}
