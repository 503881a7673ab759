import { Container, Stack, Text, Title } from '@mantine/core';

/** Daybreak was started again, or this browser was never let in. */
export function RefusedPage() {
  return (
    <Container component="main" size="sm" py={96}>
      <Stack>
        <Title order={1}>This page needs a new link</Title>
        <Text>Daybreak is running but does not know this browser. That is so after it was started again.</Text>
        <Text>Open the link it printed in its terminal, or press Enter there for a new one. Each link works once.</Text>
      </Stack>
    </Container>
  );
}
