/** Line icons, 16 px, always beside or inside something that has a name of its own. */
import type { ReactNode } from 'react';

function icon(path: string, lineWidth = 1.4) {
  return function Icon(): ReactNode {
    return (
      <svg aria-hidden="true" width="16" height="16" viewBox="0 0 16 16" fill="none">
        <path
          d={path}
          stroke="currentColor"
          strokeWidth={lineWidth}
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
    );
  };
}

export const ReconnectIcon = icon('M13 8a5 5 0 1 1-1.6-3.7M13 2.6v2.6h-2.6');
export const MoreIcon = icon('M3.5 8h.01M8 8h.01M12.5 8h.01', 2.2);
export const CloseIcon = icon('M4 4l8 8M12 4l-8 8');
export const PlusIcon = icon('M8 3.5v9M3.5 8h9');
/** An eraser: sessions are forgotten. */
export const ForgetIcon = icon(
  'M6.2 13 2.9 9.7a1 1 0 0 1 0-1.4l5-5a1 1 0 0 1 1.4 0l3.8 3.8a1 1 0 0 1 0 1.4L8.6 13zM5.4 5.8l5.2 5.2M6 13h7',
);
/** Two sliders: a choice beside a switch. */
export const PolicyIcon = icon(
  'M3 5.5h5.5M12 5.5h1M3 10.5h1M7.5 10.5H13M12 5.5a1.7 1.7 0 1 1-3.4 0 1.7 1.7 0 0 1 3.4 0zM7.5 10.5a1.7 1.7 0 1 1-3.4 0 1.7 1.7 0 0 1 3.4 0z',
);
/** A gear. */
export const SettingsIcon = icon(
  'M6.7 3.3L6.9 1.7L9.1 1.7L9.3 3.3L10.4 3.7L11.7 2.8L13.2 4.3L12.3 5.6L12.7 6.7L14.3 6.9L14.3 9.1L12.7 9.3L12.3 10.4L13.2 11.7L11.7 13.2L10.4 12.3L9.3 12.7L9.1 14.3L6.9 14.3L6.7 12.7L5.6 12.3L4.3 13.2L2.8 11.7L3.7 10.4L3.3 9.3L1.7 9.1L1.7 6.9L3.3 6.7L3.7 5.6L2.8 4.3L4.3 2.8L5.6 3.7zM10 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0z',
  1.2,
);
export const ColumnsIcon = icon('M3 3.5h10v9H3zM6.3 3.5v9M9.7 3.5v9');
export const DownloadIcon = icon('M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.2h10');
export const InfoIcon = icon('M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0zM8 7.4v3.4M8 5.2h.01');
export const AscendingIcon = icon('M5 9.5 8 6.5l3 3');
export const DescendingIcon = icon('M5 6.5l3 3 3-3');
export const ExternalIcon = icon(
  'M9.5 3H13v3.5M13 3 8 8M11.5 9.5V12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1h2.5',
);
