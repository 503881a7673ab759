import { nonce } from './security.ts';
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './page.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { CallsProvider } from './connection/calls.tsx';
import { connect } from './connection/connect.ts';
import { Shell } from './shell/shell.tsx';
import { cssVariables, theme } from './theme.ts';

const calls = connect();
createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Notifications position="bottom-right" />
      <CallsProvider calls={calls}>
        <Shell />
      </CallsProvider>
    </MantineProvider>
  </StrictMode>,
);
