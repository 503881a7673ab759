import { createTheme, type CSSVariablesResolver } from '@mantine/core';

/** Calm and dense, with one accent. */
export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'md',
  fontSizes: { xs: '0.78rem', sm: '0.86rem', md: '0.94rem', lg: '1.08rem', xl: '1.25rem' },
  headings: { fontWeight: '620', sizes: { h1: { fontSize: '1.35rem' }, h2: { fontSize: '1.05rem' }, h3: { fontSize: '0.95rem' } } },
  respectReducedMotion: true,
  // Its cross alone says nothing to those who hear the page.
  components: { CloseButton: { defaultProps: { 'aria-label': 'Close' } } },
});

/** Mantine's own grey for quiet text, its errors and its links have too little contrast (WCAG 1.4.3). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#565d66', '--mantine-color-error': '#b42318', '--mantine-color-anchor': '#3b38b8', '--mantine-color-placeholder': '#656d76',
    '--mantine-primary-color-filled': '#4338ca', '--mantine-primary-color-filled-hover': '#3730a3', '--mantine-primary-color-light-color': '#312e9c',
  },
  dark: {
    '--mantine-color-dimmed': '#a6adb6', '--mantine-color-error': '#ff8f86', '--mantine-color-anchor': '#aab2ff', '--mantine-color-placeholder': '#9aa1aa',
    '--mantine-primary-color-filled': '#4f46e5', '--mantine-primary-color-filled-hover': '#4338ca',
    '--mantine-primary-color-light-color': '#c3c8ff',
  },
});
