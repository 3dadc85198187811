// The dashboard's charts. What draws them is big and comes after the page; every chart has a table beside it.
import './index.css';

const boxes = [...document.querySelectorAll('[data-chart]')];
if (boxes.length) import('./charts.js').then(({ draw }) => boxes.forEach(draw));
