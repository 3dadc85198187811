// The calendar of date fields (flatpickr, which form-js opens): its sheet, our colours, our language, Monday first.
import '@bpmn-io/form-js-viewer/dist/assets/flatpickr/light.css';
import './dates.css';

import flatpickr from 'flatpickr';
import { Mandarin } from 'flatpickr/dist/esm/l10n/zh.js';

import { language } from '../base/texts.js';

flatpickr.localize({ ...(language === 'zh' ? Mandarin : {}), firstDayOfWeek: 1 });

// A calendar which opens below what one sees is brought there, clear of the bar with the button.
document.addEventListener('focusin', (event) => {
  const calendar = event.target.closest('.flatpickr-wrapper')?.querySelector('.flatpickr-calendar');
  if (calendar && !calendar.contains(event.target)) setTimeout(() => calendar.scrollIntoView({ block: 'nearest' }));
});
