import { expect, it } from 'vitest';
import { axisFont, scaledFont } from './Plot.tsx';

it('labels have whole px, and are as much larger as the screen is finer', () => {
  const font = axisFont('11.5px', "system-ui, 'Noto Sans'");
  expect(font).toBe("12px system-ui, 'Noto Sans'");
  expect(scaledFont({ font }, 2)).toBe("24px system-ui, 'Noto Sans'");
});
